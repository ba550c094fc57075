"""The networks for images by the calls that make them in kdp: the published ones as torchvision 0.28.0 has them and, for
CIFAR, torchdistill 1.1.5; small ones of no paper are written out here."""

from collections import OrderedDict

import torch.nn.functional as F
import torchvision
from torch import nn
from torchdistill.models.classification.resnet import ResNet4Cifar
from torchvision.models.resnet import BasicBlock, Bottleneck, ResNet


class PaddedShortcut(nn.Module):
    """Option A of He et al. 2016: every second pixel, between zero channels."""

    def forward(self, x):
        before = x.shape[1] // 2
        return F.pad(x[:, :, ::2, ::2], (0, 0, 0, 0, before, before))


def cifar(depth, option):
    """torchdistill's network, whose shortcuts are of option B; for images of 32 pixels."""

    def build(classes):
        model = ResNet4Cifar(BasicBlock, [(depth - 2) // 6] * 3, classes)
        if option == "A":
            model.layer2[0].downsample, model.layer3[0].downsample = PaddedShortcut(), PaddedShortcut()
        return model

    return build


def small_images(model):
    """A ResNet whose stem loses nothing of small images."""
    model.conv1 = nn.Conv2d(3, 64, 3, 1, 1, bias=False)
    model.maxpool = nn.Identity()
    return model


def mobilenet(classes, small):
    """MobileNetV2 without dropout; for small images without the strides of the stem and of the second stage."""
    model = torchvision.models.mobilenet_v2(num_classes=classes, dropout=0.0)
    if small:
        model.features[0][0].stride = model.features[2].conv[1][0].stride = (1, 1)
    return model


# Stages of a MobileNet that is not deep: through all of MobileNetV2 single precision takes gradients off by 1%.
FEW = [[1, 16, 1, 1], [6, 24, 2, 2], [6, 32, 2, 2]]
FEW_ROWS = ", ".join(f"inverted_residuals(t: {t}, c: {c}, n: {n}, s: {s})" for t, c, n, s in FEW)


def few_stages(classes):
    model = torchvision.models.MobileNetV2(num_classes=classes, dropout=0.0, inverted_residual_setting=FEW)
    model.features[0][0].stride = (1, 1)
    return model


def norm(call):
    """The middle of its norms' weights: what no residual branch adds to needs larger ones than what many add to."""
    return 0.75 if call.startswith("mobilenet") else 0.5


def resnet(block, blocks):
    return lambda classes: ResNet(block, blocks, num_classes=classes)


def named(**layers):
    """Layers one after the other, under their names."""
    return nn.Sequential(OrderedDict(layers))


def mlp(classes):
    hidden = named(fc=nn.Linear(3 * 32 * 32, 256), relu=nn.ReLU())
    return named(flatten=nn.Flatten(), hidden=nn.Sequential(hidden), fc=nn.Linear(256, classes))


def small_cnn(classes):
    def block(before, channels):
        conv = nn.Conv2d(before, channels, 3, padding=1, bias=False)
        return named(conv=conv, bn=nn.BatchNorm2d(channels), relu=nn.ReLU(), pool=nn.MaxPool2d(2))

    blocks = nn.Sequential(block(3, 16), block(16, 32))
    return named(blocks=blocks, pool=nn.AdaptiveAvgPool2d(1), flatten=nn.Flatten(), fc=nn.Linear(32, classes))


# Small ones, whose gradients are held against ours in every test.
SMALL = {
    "resnet_cifar(8)": cifar(8, "A"),
    'resnet_cifar(8, shortcut: "B")': cifar(8, "B"),
    "resnet([1, 1, 1, 1])": resnet(BasicBlock, [1, 1, 1, 1]),
    "resnet([1, 2, 1, 1], bottlenecks: true)": resnet(Bottleneck, [1, 2, 1, 1]),
    "resnet([1, 1, 1, 1], bottlenecks: true, small_images: true)": lambda classes: small_images(ResNet(Bottleneck, [1, 1, 1, 1], num_classes=classes)),
    f"mobilenet([{FEW_ROWS}], small_images: true, dropout_rate: 0)": few_stages,
}

RESNETS = {depth: getattr(torchvision.models, f"resnet{depth}") for depth in [18, 34, 50, 101]}


def torchvisions(depth, small=False):
    """A ResNet of ImageNet, or its form for small images."""
    form = small_images if small else lambda model: model
    return lambda classes: form(RESNETS[depth](num_classes=classes))


# Those of the papers, in full.
FULL = {
    **{f'resnet_cifar({depth}, shortcut: "{option}")': cifar(depth, option) for depth in [20, 32, 44, 56, 110] for option in "AB"},
    **{f"resnet{depth}()": torchvisions(depth) for depth in RESNETS},
    **{f"resnet{depth}(small_images: true)": torchvisions(depth, small=True) for depth in RESNETS},
    "mobilenet_v2(dropout_rate: 0)": lambda classes: mobilenet(classes, small=False),
    "mobilenet_v2(small_images: true, dropout_rate: 0)": lambda classes: mobilenet(classes, small=True),
    "mlp()": mlp,
    "small_cnn()": small_cnn,
}


def for_small_images(call):
    """Whether a network is one for images of 32 pixels."""
    return call.startswith(("resnet_cifar", "mlp", "small_cnn")) or "small_images" in call
