"""Distils a ResNet-56 into a ResNet-20 as torchdistill does. Prints the seconds of each epoch.

Driven through its library as its own example script does, with the teacher in evaluation mode,
which that script leaves in training mode.
"""

import sys
from pathlib import Path

import torch
from safetensors.torch import load_file
from torch.utils.data import RandomSampler, SequentialSampler
from torchdistill.core.distillation import get_distillation_box
from torchdistill.core.interfaces.pre_epoch_proc import default_pre_epoch_process_with_teacher
from torchdistill.core.interfaces.registry import register_pre_epoch_proc_func
from torchdistill.models.classification.resnet import resnet20, resnet56
from torchvision import transforms
from torchvision.datasets import CIFAR100

from epochs import timed
from made_up import CLASSES

BATCH = 128
DEVICE = torch.device("cpu")
MEAN, STD = (0.5071, 0.4865, 0.4409), (0.2673, 0.2564, 0.2762)


class MadeUp(CIFAR100):
    """Files whose checksums are not CIFAR-100's."""

    train_list = [["train", None]]
    test_list = [["test", None]]
    meta = {"filename": "meta", "key": "fine_label_names", "md5": None}


@register_pre_epoch_proc_func
def teacher_in_evaluation_mode(self, epoch=None, **kwargs):
    default_pre_epoch_process_with_teacher(self, epoch, **kwargs)
    self.teacher_model.eval()


def datasets(folder: Path) -> dict:
    to_numbers = [transforms.ToTensor(), transforms.Normalize(MEAN, STD)]
    augmented = [transforms.RandomCrop(32, padding=4), transforms.RandomHorizontalFlip()]
    return {
        "train": MadeUp(folder, train=True, transform=transforms.Compose(augmented + to_numbers)),
        "test": MadeUp(folder, train=False, transform=transforms.Compose(to_numbers)),
    }


def config(epochs: int, workers: int) -> dict:
    logits = {
        "student_module_path": ".",
        "student_module_io": "output",
        "teacher_module_path": ".",
        "teacher_module_io": "output",
    }
    distillation = {"temperature": 4.0, "alpha": 0.1, "reduction": "batchmean"}
    loaded = {"batch_size": BATCH, "num_workers": workers, "persistent_workers": workers > 0}
    return {
        "num_epochs": epochs,
        "pre_epoch_process": "teacher_in_evaluation_mode",
        "train_data_loader": {
            "dataset_id": "train",
            "sampler": {"class_or_func": RandomSampler},
            "kwargs": loaded,
        },
        "val_data_loader": {
            "dataset_id": "test",
            "sampler": {"class_or_func": SequentialSampler},
            "kwargs": {"batch_size": 256, "num_workers": 0},
        },
        "teacher": {"forward_proc": "forward_batch_only", "requires_grad": False},
        "student": {"forward_proc": "forward_batch_only"},
        "optimizer": {
            "key": "SGD",
            "kwargs": {"lr": 0.05, "momentum": 0.9, "nesterov": True, "weight_decay": 5e-4},
        },
        "criterion": {
            "key": "WeightedSumLoss",
            "kwargs": {
                "sub_terms": {
                    "kd": {
                        "criterion": {"key": "KDLoss", "kwargs": logits | distillation},
                        "weight": 1.0,
                    }
                }
            },
        },
    }


def train_epoch(box) -> None:
    box.pre_epoch_process()
    for samples, targets, more in box.train_data_loader:
        loss = box.forward_process(samples.to(DEVICE), targets.to(DEVICE), more)
        box.post_forward_process(loss=loss)
    box.post_epoch_process()


@torch.inference_mode()
def accuracy(box) -> float:
    box.student_model.eval()
    right = [
        (box.student_model(samples).argmax(-1) == targets).sum().item()
        for samples, targets in box.val_data_loader
    ]
    return sum(right) / len(box.val_data_loader.dataset)


def main() -> None:
    folder, epochs, workers = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
    torch.manual_seed(0)
    teacher, student = resnet56(num_classes=CLASSES), resnet20(num_classes=CLASSES)
    teacher.load_state_dict(load_file(folder / "teacher.safetensors"))
    box = get_distillation_box(
        teacher, student, datasets(folder), config(epochs, workers), DEVICE, None, False, 1
    )

    def epoch():
        train_epoch(box)
        accuracy(box)

    timed(epochs, epoch)


if __name__ == "__main__":
    main()
