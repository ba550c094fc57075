"""Writes the reference values that kdp-engine is held against, with PyTorch and NumPy.

Run once with torch 2.13.0 and numpy: `python make_reference.py`. It writes the JSON files beside
itself. Weights and inputs are float32 numbers; what is computed from them is computed in float64,
except for the optimisers, which are PyTorch's own in float32.
"""

import json
import pathlib

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

HERE = pathlib.Path(__file__).parent
CLASSES = 5


def numbers(tensor):
    """A tensor as its shape and its values, row by row. Float32 values are written exactly, float64
    ones to 8 digits."""
    array = tensor.detach().numpy()
    digits = 9 if array.dtype == np.float32 else 8
    values = [float(f"{value:.{digits}g}") for value in array.reshape(-1).tolist()]
    return {"shape": list(array.shape), "values": values}


def write(name, content):
    text = json.dumps(content, separators=(",", ":"))
    (HERE / name).write_text(text.replace('},"', '},\n"') + "\n")


def single(*shape):
    """Float64 numbers that float32 holds exactly."""
    return torch.randn(*shape).float().double()


class Block(nn.Module):
    """A residual block that halves the image and doubles the channels (He et al. 2016, option A)."""

    def __init__(self, channels):
        super().__init__()
        self.conv1 = nn.Conv2d(channels, 2 * channels, 3, stride=2, padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(2 * channels)
        self.conv2 = nn.Conv2d(2 * channels, 2 * channels, 3, padding=1, bias=False)
        self.bn2 = nn.BatchNorm2d(2 * channels)
        self.extra = channels // 2

    def forward(self, x):
        y = self.bn2(self.conv2(F.relu(self.bn1(self.conv1(x)))))
        return F.relu(y + F.pad(x[:, :, ::2, ::2], (0, 0, 0, 0, self.extra, self.extra)))


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(1, 2, 3, padding=1)
        self.bn1 = nn.BatchNorm2d(2)
        self.layer1 = nn.Sequential(Block(2))
        self.fc = nn.Linear(4, CLASSES)

    def forward(self, x):
        x = self.layer1(F.relu(self.bn1(self.conv1(x))))
        return self.fc(x.mean((2, 3)))


def randomise(net):
    """Statistics and batch norms that are not those of a new network, in numbers that float32 holds."""
    with torch.no_grad():
        for name, tensor in net.state_dict().items():
            if tensor.is_floating_point():
                if name.endswith("running_var"):
                    tensor.uniform_(0.5, 2.0)
                elif "bn" in name:
                    tensor.normal_(0.5, 0.5)
                tensor.copy_(tensor.float().double())
    return net


def state(net):
    return {name: numbers(tensor.float()) for name, tensor in net.state_dict().items()}


def decoupled(z, teacher, labels, alpha, beta, tau):
    """Zhao et al. 2022: KL of (target, not target), and KL among the classes that are not the target."""
    rows = torch.arange(len(labels))
    p_t, p_s = F.softmax(teacher / tau, 1)[rows, labels], F.softmax(z / tau, 1)[rows, labels]
    b_t, b_s = torch.stack([p_t, 1 - p_t], 1), torch.stack([p_s, 1 - p_s], 1)
    target = (b_t * (b_t.log() - b_s.log())).sum(1).mean()
    others = ~F.one_hot(labels, z.shape[1]).bool()
    log_t = F.log_softmax(teacher[others].view(len(labels), -1) / tau, 1)
    log_s = F.log_softmax(z[others].view(len(labels), -1) / tau, 1)
    rest = F.kl_div(log_s, log_t, reduction="batchmean", log_target=True)
    return tau**2 * (alpha * target + beta * rest)


def correlated(z, teacher, beta, gamma, tau):
    """DIST (Huang et al. 2022): 1 - Pearson's correlation of the rows, and of the columns. Its authors add
    1e-8 to the product of the norms, which tells where a class hardly varies."""
    p, q = F.softmax(z / tau, 1), F.softmax(teacher / tau, 1)

    def distance(a, b):
        a, b = a - a.mean(1, keepdim=True), b - b.mean(1, keepdim=True)
        return 1 - ((a * b).sum(1) / (a.norm(dim=1) * b.norm(dim=1) + 1e-8)).mean()

    return tau**2 * (beta * distance(p, q) + gamma * distance(p.T, q.T))


def features():
    """A student whose features, through layers trained along, match a teacher's; and labels beside."""
    torch.manual_seed(5)
    student, teacher = randomise(Net().double()), randomise(Net().double()).eval()
    through = nn.Sequential(nn.BatchNorm2d(4), nn.Conv2d(4, 4, 1)).double()
    with torch.no_grad():
        for tensor in through.parameters():
            tensor.copy_(single(*tensor.shape))
    images, labels = single(6, 1, 6, 6), torch.tensor([0, 1, 2, 3, 4, 1])
    out = {"images": numbers(images.float()), "labels": labels.tolist()}
    out |= {"student": state(student), "teacher": state(teacher), "through": state(through)}

    def at_layer1(net):
        x = net.layer1(F.relu(net.bn1(net.conv1(images))))
        return x, net.fc(x.mean((2, 3)))

    with torch.no_grad():
        wanted, _ = at_layer1(teacher)
    matched, z = at_layer1(student.train())
    loss = 0.7 * F.mse_loss(through.train()(matched), wanted) + 0.3 * F.cross_entropy(z, labels)
    loss.backward()
    out["loss"] = loss.item()
    for role, net in (("student", student), ("through", through)):
        out[f"{role}_gradients"] = {name: numbers(tensor.grad) for name, tensor in net.named_parameters()}
    out["through_after"] = {
        name: numbers(tensor.double()) for name, tensor in through.state_dict().items() if "running" in name
    }
    write("features.json", out)


def token_features():
    """The same of texts: the vectors of tokens match a teacher's where the tokens are no padding. Rows of several
    lengths, one of which is nothing but padding; the vectors of padding are far from the teacher's."""
    torch.manual_seed(11)
    vocabulary, own, wide = 11, 4, 6
    tokens = torch.tensor([[3, 1, 4, 1, 5], [9, 2, 6, 0, 0], [10, 0, 0, 0, 0], [0, 0, 0, 0, 0]])
    labels = torch.tensor([0, 3, 2, 4])

    def reader(width):
        net = nn.ModuleDict({"embedding": nn.Embedding(vocabulary, width, padding_idx=0), "fc": nn.Linear(width, CLASSES)})
        return net.double()

    student, teacher = reader(own), reader(wide)
    through = nn.Sequential(nn.Linear(own, wide), nn.LayerNorm(wide)).double()
    with torch.no_grad():
        for tensor in [*student.parameters(), *teacher.parameters(), *through.parameters()]:
            tensor.copy_(single(*tensor.shape))
    out = {"tokens": tokens.tolist(), "labels": labels.tolist()}
    out |= {"student": state(student), "teacher": state(teacher), "through": state(through)}

    counted = tokens != 0
    vectors = student["embedding"](tokens)
    mean = (vectors * counted[..., None]).sum(1) / counted.sum(1, keepdim=True).clamp(min=1)
    matched = F.mse_loss(through(vectors)[counted], teacher["embedding"](tokens)[counted].detach())
    loss = 0.7 * matched + 0.3 * F.cross_entropy(student["fc"](mean), labels)
    loss.backward()
    out["loss"] = loss.item()
    for role, net in (("student", student), ("through", through)):
        out[f"{role}_gradients"] = {name: numbers(tensor.grad) for name, tensor in net.named_parameters()}
    write("token_features.json", out)


def ensembles():
    """What models say together: the mean of logits, the logarithm of the mean of probabilities."""
    torch.manual_seed(6)
    images = single(5, 1, 2, 3)
    members = [{"fc.weight": 2 * single(4, 6), "fc.bias": single(4)} for _ in range(3)]
    answers = [F.linear(images.flatten(1), m["fc.weight"], m["fc.bias"]) for m in members]

    def probabilities(several):
        return torch.stack([F.softmax(z, 1) for z in several]).mean(0).log()

    write("ensembles.json", {
        "images": numbers(images.float()),
        "members": [{name: numbers(tensor.float()) for name, tensor in m.items()} for m in members],
        "logits": numbers(torch.stack(answers).mean(0)),
        "probabilities": numbers(probabilities(answers)),
        "nested": numbers((probabilities(answers[:2]) + answers[2]) / 2),
    })


def network():
    """Forward in both modes, running statistics, and gradients of every objective."""
    torch.manual_seed(1)
    net = randomise(Net().double())
    images, teacher = single(6, 1, 6, 6), 3 * single(6, CLASSES)
    labels = torch.tensor([0, 1, 2, 3, 4, 1])
    start = {name: tensor.clone() for name, tensor in net.state_dict().items()}
    out = {
        "images": numbers(images.float()),
        "teacher": numbers(teacher.float()),
        "labels": labels.tolist(),
        "start": {
            name: numbers(tensor.float()) for name, tensor in start.items()
        },
    }
    out["evaluate"] = numbers(net.eval()(images))
    net.train()
    out["train"] = [numbers(net(images)), numbers(net(images * 2))]
    out["after"] = {
        name: numbers(tensor.double()) for name, tensor in net.state_dict().items() if "bn" in name
    }

    def kd(z, tau):
        log_p, log_q = F.log_softmax(teacher / tau, -1), F.log_softmax(z / tau, -1)
        return tau**2 * F.kl_div(log_q, log_p, reduction="batchmean", log_target=True)

    def ce(z, smoothing=0.0):
        return F.cross_entropy(z, labels, label_smoothing=smoothing)

    # Steps and numbers are those that tests/engine/reference/network.rs writes down as schedules.
    objectives = {
        "one_hot": lambda z: ce(z),
        "smooth": lambda z: ce(z, 0.1),
        "distill at temperature 4": lambda z: kd(z, 4.0),
        "distill with weight 0.7": lambda z: 0.7 * kd(z, 4.0) + 0.3 * ce(z),
        "match_logits with scale 0.5": lambda z: 0.5 * F.mse_loss(z, teacher),
        "half of a window from distill to one_hot": lambda z: 0.5 * kd(z, 4.0) + 0.5 * ce(z),
        "a quarter of a window of the temperature from 4 to 1": lambda z: kd(z, 3.25),
        "0.4 of a window of smoothing from 0 to 0.5": lambda z: ce(z, 0.2),
        "one_hot + dkd(t)": lambda z: ce(z) + decoupled(z, teacher, labels, 1.0, 8.0, 4.0),
        "dkd(t, alpha: 0.5, beta: 2, temperature: 3)": lambda z: decoupled(z, teacher, labels, 0.5, 2.0, 3.0),
        "one_hot + 2 * dist(t)": lambda z: ce(z) + 2 * correlated(z, teacher, 1.0, 1.0, 1.0),
        "dist(t, beta: 0.5, gamma: 2, temperature: 4)": lambda z: correlated(z, teacher, 0.5, 2.0, 4.0),
    }
    def gradients(net, images, objective):
        net.load_state_dict(start)
        net.train().zero_grad()
        loss = objective(net(images))
        loss.backward()
        return loss.item(), {key: value.grad for key, value in net.named_parameters()}

    out["objectives"] = {}
    for name, objective in objectives.items():
        loss, exact = gradients(net, images, objective)
        # The same in single precision, as the engine computes: how far rounding alone leads off. A bias
        # before batch norm has no gradient but rounding.
        exactly, teacher = teacher, teacher.float()
        _, rounded = gradients(Net(), images.float(), objective)
        teacher = exactly
        off = [(rounded[key] - exact[key]).abs().max() / exact[key].abs().max() for key in exact if key != "conv1.bias"]
        out["objectives"][name] = {
            "loss": loss,
            "rounding": max(off).item(),
            "gradients": {key: numbers(value) for key, value in exact.items()},
        }
    write("network.json", out)


def text():
    """Networks of tokens: their vectors, the mean of these without padding, and gradients. One row is padded, one
    repeats a token, one is nothing but padding."""
    torch.manual_seed(7)
    length, vocabulary, width = 5, 11, 6
    tokens = torch.tensor([[3, 1, 4, 1, 5], [9, 2, 6, 0, 0], [10, 0, 0, 0, 0], [0, 0, 0, 0, 0]])
    labels = torch.tensor([0, 3, 2, 4])
    out = {"tokens": tokens.tolist(), "labels": labels.tolist(), "networks": {}}

    def mean(vectors):
        """Row by row, of the vectors that are left where padding is taken out."""
        rows = [row[ids != 0] for row, ids in zip(vectors, tokens)]
        return torch.stack([row.mean(0) if len(row) else torch.zeros(width).double() for row in rows])

    heads = {
        "mean": (width, mean),
        "residual": (width, lambda x: mean(torch.tanh(x) + x)),
        # Padding is seen here, and its row has no gradient all the same.
        "flatten": (length * width, lambda x: F.gelu(x).flatten(1)),
    }
    for name, (features, head) in heads.items():
        embedding = nn.Embedding(vocabulary, width, padding_idx=0).double()
        fc = nn.Linear(features, CLASSES).double()
        net = randomise(nn.ModuleDict({"embedding": embedding, "fc": fc}))
        logits = fc(head(embedding(tokens)))
        if name == "mean":
            bag = F.embedding_bag(tokens, embedding.weight, mode="mean", padding_idx=0)
            assert torch.allclose(logits, fc(bag))
        loss = F.cross_entropy(logits, labels)
        loss.backward()
        out["networks"][name] = {
            "start": state(net),
            "logits": numbers(logits),
            "loss": loss.item(),
            "gradients": {key: numbers(value.grad) for key, value in net.named_parameters()},
        }
    write("text.json", out)


def layers():
    """Each layer alone: input, tensors, output."""
    torch.manual_seed(2)
    image = (4, 5, 5)
    cases = []

    def case(word, arguments, shape, function, scale=1, **tensors):
        x = scale * single(2, *shape)
        tensors = {name: single(*size) for name, size in tensors.items()}
        cases.append({
            "word": word,
            "arguments": arguments,
            "input": numbers(x.float()),
            "tensors": {name: numbers(tensor.float()) for name, tensor in tensors.items()},
            "output": numbers(function(x, **tensors)),
        })

    case("conv", {"channels": 6, "kernel": 3, "stride": 2, "padding": 1, "groups": 2}, image,
         lambda x, weight, bias: F.conv2d(x, weight, bias, 2, 1, 1, 2),
         weight=(6, 2, 3, 3), bias=(6,))
    case("conv", {"channels": 3, "kernel": 1, "bias": False}, image,
         lambda x, weight: F.conv2d(x, weight), weight=(3, 4, 1, 1))
    case("linear", {"features": 3}, (7,), F.linear, weight=(3, 7), bias=(3,))
    case("linear", {"features": 3, "bias": False}, (7,), F.linear, weight=(3, 7))
    case("relu", {}, image, F.relu)
    case("relu6", {}, image, F.relu6, scale=10)
    case("gelu", {}, image, F.gelu)
    case("tanh", {}, image, torch.tanh)
    case("flatten", {}, image, lambda x: x.flatten(1))
    case("global_avg_pool", {}, image, lambda x: F.adaptive_avg_pool2d(x, 1).flatten(1))
    case("max_pool", {"kernel": 3, "stride": 2, "padding": 1}, image,
         lambda x: F.max_pool2d(x, 3, 2, 1))
    case("max_pool", {"kernel": 2}, image, lambda x: F.max_pool2d(x, 2))
    case("avg_pool", {"kernel": 2}, image, lambda x: F.avg_pool2d(x, 2))
    case("avg_pool", {"kernel": 3, "stride": 1}, image, lambda x: F.avg_pool2d(x, 3, 1))
    case("identity", {}, image, lambda x: x)
    case("dropout", {"rate": 0.5}, image, lambda x: F.dropout(x, 0.5, training=False))
    case("subsample_and_pad", {"channels": 7, "stride": 2}, image,
         lambda x: F.pad(x[:, :, ::2, ::2], (0, 0, 0, 0, 1, 2)))
    case("gelu", {"approximate": "tanh"}, image, lambda x: F.gelu(x, approximate="tanh"))
    case("layer_norm", {"epsilon": 0.1}, (7,), lambda x, weight, bias: F.layer_norm(x, (7,), weight, bias, 0.1),
         weight=(7,), bias=(7,))
    write("layers.json", cases)


def optimisers():
    """Five steps of each optimiser, with a learning rate and a weight decay that change."""
    torch.manual_seed(3)
    start = torch.randn(12)
    gradients = [torch.randn(12) for _ in range(5)]
    lr = [0.1, 0.2, 0.05, 0.1, 0.01]
    weight_decay = [0.05, 0.05, 0.0, 0.1, 0.1]
    cases = []

    def case(word, arguments, make, clip=None):
        parameter = nn.Parameter(start.clone())
        optimiser = make([parameter])
        path = []
        for gradient, rate, decay in zip(gradients, lr, weight_decay):
            optimiser.param_groups[0].update(lr=rate, weight_decay=decay)
            parameter.grad = gradient.clone()
            if clip is not None:
                nn.utils.clip_grad_norm_([parameter], clip)
            optimiser.step()
            path.append(numbers(parameter)["values"])
        state = optimiser.state[parameter]
        moments = {
            name: numbers(state[name])["values"]
            for name in ("momentum_buffer", "exp_avg", "exp_avg_sq")
            if state.get(name) is not None
        }
        cases.append({"word": word, "arguments": arguments, "clip": clip, "path": path, "moments": moments})

    sgd, adamw = torch.optim.SGD, torch.optim.AdamW
    case("sgd", {}, lambda p: sgd(p, lr=1))
    case("sgd", {"momentum": 0.9}, lambda p: sgd(p, lr=1, momentum=0.9))
    case("sgd", {"momentum": 0.9, "nesterov": True}, lambda p: sgd(p, lr=1, momentum=0.9, nesterov=True))
    case("sgd", {"momentum": 0.9, "nesterov": True}, lambda p: sgd(p, lr=1, momentum=0.9, nesterov=True), clip=2.0)
    case("adamw", {}, lambda p: adamw(p))
    case("adamw", {"beta1": 0.8, "beta2": 0.95, "epsilon": 1e-3}, lambda p: adamw(p, betas=(0.8, 0.95), eps=1e-3))
    # Three parameters of 4: one as the recipe says, one in a group of its own, one frozen.
    groups = []
    for word, make in (("sgd", lambda g: sgd(g, lr=1, momentum=0.9, nesterov=True)), ("adamw", adamw)):
        parts = [nn.Parameter(part.clone()) for part in start.split(4)]
        optimiser = make([{"params": [parts[0]]}, {"params": [parts[1]], "weight_decay": 0.2}])
        path = []
        for gradient, rate, decay in zip(gradients, lr, weight_decay):
            optimiser.param_groups[0].update(lr=rate, weight_decay=decay)
            optimiser.param_groups[1].update(lr=10 * rate)
            for part, own in zip(parts[:2], gradient.split(4)):
                part.grad = own.clone()
            nn.utils.clip_grad_norm_(parts[:2], 2.0)
            optimiser.step()
            path.append([value for part in parts for value in numbers(part)["values"]])
        groups.append({"word": word, "path": path})
    write("optimisers.json", {
        "start": numbers(start)["values"],
        "gradients": [numbers(gradient)["values"] for gradient in gradients],
        "lr": lr,
        "weight_decay": weight_decay,
        "cases": cases,
        "groups": groups,
    })


def log_softmax(z):
    z = z - z.max(1, keepdims=True)
    return z - np.log(np.exp(z).sum(1, keepdims=True))


def measures():
    """Deviation, accuracy and calibration of random logits, some of them very sure."""
    random = np.random.default_rng(4)
    n, classes = 61, 4
    teacher = np.round(random.normal(0, 4, (n, classes)), 4)
    student = np.round(1.3 * teacher + random.normal(0, 2, (n, classes)), 4)
    # So sure that 1 − p is 0 in float64.
    teacher[5], student[5] = [90, 1, 2, 3], [60, -4, 5, 6]
    labels = np.where(random.random(n) < 0.7, teacher.argmax(1), random.integers(0, classes, n))
    truth = np.where(random.random(n) < 0.6, labels, random.integers(0, classes, n))
    flipped = labels != truth
    rows = np.arange(n)

    def line(x, y):
        design = np.stack([x, np.ones_like(x)], 1)
        slope, intercept = np.linalg.lstsq(design - [x.mean(), 0], y, rcond=None)[0]
        return float(slope), float(intercept - slope * x.mean())

    def phi(z, y):
        others = np.ma.array(z, mask=np.eye(classes, dtype=bool)[y]).compressed().reshape(n, classes - 1)
        top = others.max(1)
        return z[rows, y] - top - np.log(np.exp(others - top[:, None]).sum(1))

    def p(z, y):
        return np.exp(log_softmax(z)[rows, y])

    log_t, log_s = log_softmax(teacher), log_softmax(student)
    common = {
        "agreement": float((teacher.argmax(1) == student.argmax(1)).mean()),
        "kl": float((np.exp(log_t) * (log_t - log_s)).sum(1).mean()),
        "count": float(n),
        "flipped": float(flipped.sum()),
    }
    deviations = []
    for klass, y in (("teacher", teacher.argmax(1)), ("truth", labels)):
        for space, to in (("logit", phi), ("probability", p)):
            x_all, y_all = to(teacher, y), to(student, y)
            order = np.argsort(x_all, kind="stable")
            fields = dict(common)
            for suffix, chosen in (("", order), ("_low", order[: n // 4]), ("_high", order[n - n // 4 :])):
                fields["slope" + suffix], fields["intercept" + suffix] = line(x_all[chosen], y_all[chosen])
            for suffix, chosen in (("_flipped", flipped), ("_clean", ~flipped)):
                fields["slope" + suffix], _ = line(x_all[chosen], y_all[chosen])
            low = order[: n // 4]
            fields["under_low"] = float((y_all[low] < x_all[low]).mean())
            deviations.append({
                "class": klass, "space": space, "fields": fields, "x": x_all.tolist(), "y": y_all.tolist(),
            })

    confidence, predicted = np.exp(log_s).max(1), student.argmax(1)
    edges, ece = np.linspace(0, 1, 16), 0.0
    for low, high in zip(edges[:-1], edges[1:]):
        inside = (confidence > low) & (confidence <= high)
        if inside.any():
            ece += inside.mean() * abs((predicted == labels)[inside].mean() - confidence[inside].mean())
    write("measures.json", {
        "classes": classes,
        "teacher": teacher.reshape(-1).tolist(),
        "student": student.reshape(-1).tolist(),
        "labels": labels.tolist(),
        "true_labels": truth.tolist(),
        "deviations": deviations,
        "ece": float(ece),
        "accuracy": {
            "top1": float((predicted == labels).mean()),
            "top1_true": float((predicted == truth).mean()),
            "flipped": float(flipped.sum()),
            "memorised": float((predicted == labels)[flipped].mean()),
            "corrected": float((predicted == truth)[flipped].mean()),
            "count": float(n),
        },
    })


if __name__ == "__main__":
    torch.set_num_threads(1)
    network()
    layers()
    optimisers()
    measures()
    features()
    token_features()
    ensembles()
    text()
