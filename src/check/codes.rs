//! The stable codes of what the checker finds.

use crate::diag::codes;

codes! {
    /// A declaration stands where it does not belong: an import or a `param` inside an experiment.
    MISPLACED_DECLARATION = "misplaced-declaration";
    /// A name is used that nothing here declares or imports. Declare it, import it with `use`, or mend its spelling.
    UNKNOWN_NAME = "unknown-name";
    /// A module has no such name, or there is no such module. `use std.archs.resnet_cifar` takes one name from the standard library.
    UNKNOWN_IMPORT = "unknown-import";
    /// A file that is imported cannot be read.
    IMPORT_UNREADABLE = "import-unreadable";
    /// An imported file lies outside of the project.
    OUTSIDE_PROJECT = "outside-project";
    /// Files import each other in a circle. Move what they share into a file of its own.
    IMPORT_CYCLE = "import-cycle";
    /// A name is declared twice in one file.
    DUPLICATE_NAME = "duplicate-name";
    /// A declaration needs itself, directly or through others.
    CYCLE = "cycle";
    /// A value has another type than its place wants.
    WRONG_TYPE = "wrong-type";
    /// There is no type of that name.
    UNKNOWN_TYPE = "unknown-type";
    /// An operator does not go with these operands.
    WRONG_OPERANDS = "wrong-operands";
    /// A calculation has no result: a division by zero, an overflow, a root of a negative number.
    NO_RESULT = "no-result";
    /// `/` of two ints must come out even; `floor(a / b)` or numbers such as `7.0` otherwise.
    INEXACT_DIVISION = "inexact-division";
    /// A call has an argument that is not known.
    UNKNOWN_ARGUMENT = "unknown-argument";
    /// A call lacks an argument that has no default.
    MISSING_ARGUMENT = "missing-argument";
    /// A call gives an argument twice, or more arguments than there are.
    SURPLUS_ARGUMENT = "surplus-argument";
    /// A block has a field that is not known.
    UNKNOWN_FIELD = "unknown-field";
    /// A block lacks a field that it needs.
    MISSING_FIELD = "missing-field";
    /// A block has a field twice.
    DUPLICATE_FIELD = "duplicate-field";
    /// A value has no member of that name.
    UNKNOWN_MEMBER = "unknown-member";
    /// A value lies outside what its place allows.
    OUT_OF_RANGE = "out-of-range";
    /// A param without a default must be given with `--set name=value`.
    PARAM_NOT_SET = "param-not-set";
    /// `--set` names a param that the file does not have.
    UNKNOWN_PARAM = "unknown-param";
    /// The `where` of a param or a parameter, or a network's `require`, does not hold.
    CONDITION_FAILS = "condition-fails";
    /// The index of a family lies outside its index set, or has the wrong places.
    NO_SUCH_MEMBER = "no-such-member";
    /// A family stands where one member is wanted, or families with other index sets meet.
    FAMILY_MISMATCH = "family-mismatch";
    /// A window of a schedule overlaps another, runs backwards, or lies past the end of the run.
    WINDOW = "window";
    /// A recipe with another length loses the windows that lie past it (a warning).
    WINDOW_CUT = "window-cut";
    /// A layer refuses the shape that reaches it.
    SHAPE = "shape";
    /// Two layers of a network have the same name.
    DUPLICATE_LAYER = "duplicate-layer";
    /// A teacher and its student do not fit: other classes or other inputs.
    TEACHER_MISMATCH = "teacher-mismatch";
    /// A loss of one's own is no loss: it still has a value a class, or does not hang on the model's own logits `z`.
    LOSS = "loss";
    /// An ensemble has no weights and no layers of its own: they are its members'.
    NO_WEIGHTS = "no-weights";
    /// A model that is not trained, or is one state of a run already, has no run of its own to take a state of.
    NO_RUN = "no-run";
    /// A file of weights is not there (a warning: it may come before the run).
    WEIGHTS_MISSING = "weights-missing";
    /// A file that weights are taken from holds none.
    NOT_WEIGHTS = "not-weights";
    /// A model that others learn from answers with weights that were drawn and never trained (a warning).
    RANDOM_TEACHER = "random-teacher";
    /// Weights come from a network with other tensors.
    TENSOR_MISMATCH = "tensor-mismatch";
    /// A pattern matches no parameter of the network.
    NO_MATCH = "no-match";
    /// Labels are needed where they were taken off (`unlabelled()`).
    NO_LABELS = "no-labels";
    /// Data sets that are joined have samples of other shapes or other classes.
    DATA_MISMATCH = "data-mismatch";
    /// A state of a run is chosen by the test set (a warning): choose it by samples that are held out of the training split.
    CHOSEN_ON_TEST = "chosen-on-test";
    /// A model is trained on the split that its test accuracy is told on (a warning).
    TRAINED_ON_TEST = "trained-on-test";
    /// An index stands in the place of another of its family (a warning): the order counts, or names do.
    SWAPPED_INDEX = "swapped-index";
    /// A comparison comes out the same whatever is measured (a warning): a share lies between 0 and 1, so that `top1 > 50` never holds; `50%` was probably meant.
    FOREGONE = "foregone";
    /// An ensemble has one model twice (a warning).
    REPEATED_MODEL = "repeated-model";
    /// A teacher's logits `.z` and the labels are known only in the body of an `objective`.
    OUTSIDE_LOSS = "outside-loss";
    /// An index of a family is never used (a warning): all members along it are the same. A model's seed is given to it: `seed: seed`.
    UNUSED_INDEX = "unused-index";
    /// A name is declared or imported and never used (a warning).
    UNUSED = "unused";
    /// The file asks for more than can be evaluated: lists or families too large.
    TOO_LARGE = "too-large";
}
