"""The published networks for images by the calls that make them in kdp, as torchvision 0.28.0 has them; what it does
not have is written out here."""

import torch
import torch.nn.functional as F
import torchvision
from torch import nn
from torchvision.models.resnet import BasicBlock, Bottleneck, ResNet


class CifarBlock(nn.Module):
    """He et al. 2016, section 4.2."""

    def __init__(self, channels_in, channels, stride, option):
        super().__init__()
        self.conv1 = nn.Conv2d(channels_in, channels, 3, stride, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(channels)
        self.conv2 = nn.Conv2d(channels, channels, 3, 1, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(channels)
        self.pad = channels - channels_in
        if option == "B" and self.pad:
            self.downsample = nn.Sequential(nn.Conv2d(channels_in, channels, 1, stride, bias=False), nn.BatchNorm2d(channels))

    def forward(self, x):
        across = x
        if hasattr(self, "downsample"):
            across = self.downsample(x)
        elif self.pad:
            across = F.pad(x[:, :, ::2, ::2], (0, 0, 0, 0, self.pad // 2, self.pad // 2))
        return F.relu(self.bn2(self.conv2(F.relu(self.bn1(self.conv1(x))))) + across)


class CifarResNet(nn.Module):
    """He et al. 2016, section 4.2, with shortcuts of option A or B."""

    def __init__(self, depth, option, classes):
        super().__init__()
        n = (depth - 2) // 6
        stage = lambda before, channels, stride: nn.Sequential(*(CifarBlock(channels if i else before, channels, 1 if i else stride, option) for i in range(n)))
        self.conv1 = nn.Conv2d(3, 16, 3, 1, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(16)
        self.layer1, self.layer2, self.layer3 = stage(16, 16, 1), stage(16, 32, 2), stage(32, 64, 2)
        self.fc = nn.Linear(64, classes)

    def forward(self, x):
        x = F.relu(self.bn1(self.conv1(x)))
        return self.fc(self.layer3(self.layer2(self.layer1(x))).mean((2, 3)))


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


def few_stages(classes):
    model = torchvision.models.MobileNetV2(num_classes=classes, dropout=0.0, inverted_residual_setting=FEW)
    model.features[0][0].stride = (1, 1)
    return model


def norm(call):
    """The middle of its norms' weights: what no residual branch adds to needs larger ones than what many add to."""
    return 0.75 if call.startswith("mobilenet") else 0.5


def resnet(block, blocks):
    return lambda classes: ResNet(block, blocks, num_classes=classes)


def cifar(depth, option):
    return lambda classes: CifarResNet(depth, option, classes)


# Small ones, whose gradients are held against ours in every test.
SMALL = {
    "resnet_cifar(8)": cifar(8, "A"),
    'resnet_cifar(8, shortcut: "B")': cifar(8, "B"),
    "resnet([1, 1, 1, 1])": resnet(BasicBlock, [1, 1, 1, 1]),
    "resnet([1, 2, 1, 1], bottlenecks: true)": resnet(Bottleneck, [1, 2, 1, 1]),
    "resnet([1, 1, 1, 1], bottlenecks: true, small_images: true)": lambda classes: small_images(ResNet(Bottleneck, [1, 1, 1, 1], num_classes=classes)),
    f"mobilenet({FEW}, stem_stride: 1, dropout_rate: 0)": few_stages,
}

# Those of the papers, in full.
FULL = {
    **{f'resnet_cifar({depth}, shortcut: "{option}")': cifar(depth, option) for depth in [20, 32, 44, 56, 110] for option in "AB"},
    "resnet18()": lambda classes: torchvision.models.resnet18(num_classes=classes),
    "resnet18(small_images: true)": lambda classes: small_images(torchvision.models.resnet18(num_classes=classes)),
    "resnet34()": lambda classes: torchvision.models.resnet34(num_classes=classes),
    "resnet50()": lambda classes: torchvision.models.resnet50(num_classes=classes),
    "resnet101()": lambda classes: torchvision.models.resnet101(num_classes=classes),
    "resnet101(small_images: true)": lambda classes: small_images(torchvision.models.resnet101(num_classes=classes)),
    "mobilenet_v2(dropout_rate: 0)": lambda classes: mobilenet(classes, small=True),
    "mobilenet_v2(stem_stride: 2, dropout_rate: 0)": lambda classes: mobilenet(classes, small=False),
}
