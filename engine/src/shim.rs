//! What tch does not bind and what libtorch does not have: safe names for the C++ in `engine/shim`.

use std::ffi::{CStr, c_char, c_int};
use std::ptr::{null, null_mut};

use tch::{Device, Kind, TchError, Tensor};
use torch_sys::C_tensor;

unsafe extern "C" {
    fn kdp_error() -> *const c_char;
    fn kdp_linear(
        x: *const C_tensor,
        weight: *const C_tensor,
        bias: *const C_tensor,
        out: *mut *mut C_tensor,
    ) -> c_int;
    fn kdp_dropout(
        x: *const C_tensor,
        key: u64,
        first: i64,
        rate: f64,
        out: *mut *mut C_tensor,
    ) -> c_int;
    fn kdp_attention(
        x: *const C_tensor,
        tokens: *const C_tensor,
        heads: i64,
        key: u64,
        first: i64,
        rate: f64,
        out: *mut *mut C_tensor,
    ) -> c_int;
    fn kdp_fork(x: *const C_tensor, left: *mut *mut C_tensor, right: *mut *mut C_tensor) -> c_int;
    fn kdp_norm(
        x: *const C_tensor,
        other: *const C_tensor,
        weight: *const C_tensor,
        bias: *const C_tensor,
        mean: *const C_tensor,
        variance: *const C_tensor,
        momentum: f64,
        epsilon: f64,
        ceiling: f64,
        out: *mut *mut C_tensor,
    ) -> c_int;
    fn kdp_convolution(
        x: *const C_tensor,
        weight: *const C_tensor,
        bias: *const C_tensor,
        other: *const C_tensor,
        stride: i64,
        padding: i64,
        groups: i64,
        ceiling: f64,
        out: *mut *mut C_tensor,
    ) -> c_int;
    fn kdp_sgd(
        parameters: *const C_tensor,
        gradient: *const C_tensor,
        velocity: *const C_tensor,
        lr: f64,
        weight_decay: f64,
        momentum: f64,
        nesterov: bool,
    ) -> c_int;
    fn kdp_adamw(
        parameters: *const C_tensor,
        gradient: *const C_tensor,
        first: *const C_tensor,
        second: *const C_tensor,
        step: i64,
        lr: f64,
        weight_decay: f64,
        beta1: f64,
        beta2: f64,
        epsilon: f64,
    ) -> c_int;
}

fn pointer(tensor: Option<&Tensor>) -> *const C_tensor {
    tensor.map_or(null(), Tensor::as_ptr)
}

/// What a call came to.
fn done(status: c_int) -> Result<(), TchError> {
    if status == 0 {
        return Ok(());
    }
    // SAFETY: the message ends in a zero byte and stands until this thread's next call.
    let message = unsafe { CStr::from_ptr(kdp_error()) };
    Err(TchError::Torch(message.to_string_lossy().into_owned()))
}

/// The tensor that a call makes.
fn made(call: impl FnOnce(*mut *mut C_tensor) -> c_int) -> Result<Tensor, TchError> {
    let mut out = null_mut();
    done(call(&mut out))?;
    // SAFETY: a call that ends well gives a tensor of ours.
    Ok(unsafe { Tensor::from_ptr(out) })
}

/// Whether a tensor is one that the functions here compute with: on the CPU, and not of float64.
pub fn takes(x: &Tensor) -> bool {
    x.device() == Device::Cpu && x.kind() != Kind::Double
}

/// x wᵀ + b over the last dimension, by oneDNN. All are on the CPU and of one kind, float32 or bfloat16.
pub fn linear(x: &Tensor, weight: &Tensor, bias: Option<&Tensor>) -> Result<Tensor, TchError> {
    // SAFETY: the pointers are of tensors that live longer than the call.
    made(|out| unsafe { kdp_linear(x.as_ptr(), weight.as_ptr(), pointer(bias), out) })
}

/// What a dropout draws: of each number whether it is kept, by a hash of its place in memory.
#[derive(Clone, Copy, Debug)]
pub struct Draws {
    /// The key of the hash.
    pub key: u64,
    /// The place of the first number.
    pub first: i64,
    /// The probability of 0; what is kept is scaled by 1/(1 − rate).
    pub rate: f64,
}

/// Each number of `x` times 1/(1 − rate), or 0. On the CPU, float32 or bfloat16.
pub fn dropout(x: &Tensor, draws: Draws) -> Result<Tensor, TchError> {
    let Draws { key, first, rate } = draws;
    // SAFETY: as in `linear`.
    made(|out| unsafe { kdp_dropout(x.as_ptr(), key, first, rate, out) })
}

/// Attention of several heads with dropout on the shares: softmax(QKᵀ/√d)V among the `tokens` that are told
/// (n×length, bool). `x` holds queries, keys and values one after the other, n×length×3·width, of which each
/// head has a stretch. On the CPU, float32 or bfloat16.
pub fn attention(
    x: &Tensor,
    tokens: &Tensor,
    heads: i64,
    draws: Draws,
) -> Result<Tensor, TchError> {
    let Draws { key, first, rate } = draws;
    let tokens = tokens.as_ptr();
    // SAFETY: as in `linear`.
    made(|out| unsafe { kdp_attention(x.as_ptr(), tokens, heads, key, first, rate, out) })
}

/// A tensor that goes two ways, whose gradients are summed in one quick pass. On the CPU, float32 or
/// bfloat16.
pub fn fork(x: &Tensor) -> Result<[Tensor; 2], TchError> {
    let mut right = null_mut();
    // SAFETY: as in `linear`; both tensors are ours when the call ends well.
    let left = made(|left| unsafe { kdp_fork(x.as_ptr(), left, &mut right) })?;
    Ok([left, unsafe { Tensor::from_ptr(right) }])
}

/// An activation that other operations do in their own pass.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rectifier {
    /// max(x, 0).
    Relu,
    /// min(max(x, 0), 6).
    Relu6,
}

impl Rectifier {
    /// What it gives, by libtorch's own operation.
    pub fn apply(self, x: &Tensor) -> Result<Tensor, TchError> {
        match self {
            Rectifier::Relu => x.f_relu(),
            Rectifier::Relu6 => x.f_relu6(),
        }
    }
}

/// The largest number that a rectifier gives; 0 stands for none.
fn ceiling(rectifier: Option<Rectifier>) -> f64 {
    match rectifier {
        None => 0.0,
        Some(Rectifier::Relu) => f64::INFINITY,
        Some(Rectifier::Relu6) => 6.0,
    }
}

/// The tensors of a batch norm.
pub struct Normalised<'a> {
    /// The scale of each channel.
    pub weight: &'a Tensor,
    /// The shift of each channel.
    pub bias: &'a Tensor,
    /// The running mean, which moves.
    pub mean: &'a Tensor,
    /// The running variance, which moves.
    pub variance: &'a Tensor,
}

/// Batch norm by the batch's statistics, then the sum with `other`, then a rectifier. On the CPU; `x` and
/// `other` are n×c×h×w, float32 or bfloat16, all else is float32.
pub fn batch_norm(
    x: &Tensor,
    other: Option<&Tensor>,
    of: Normalised,
    momentum: f64,
    epsilon: f64,
    rectifier: Option<Rectifier>,
) -> Result<Tensor, TchError> {
    // SAFETY: as in `linear`.
    made(|out| unsafe {
        kdp_norm(
            x.as_ptr(),
            pointer(other),
            of.weight.as_ptr(),
            of.bias.as_ptr(),
            of.mean.as_ptr(),
            of.variance.as_ptr(),
            momentum,
            epsilon,
            ceiling(rectifier),
            out,
        )
    })
}

/// How a convolution steps over an image.
#[derive(Clone, Copy, Debug)]
pub struct Steps {
    /// Step of the kernel.
    pub stride: i64,
    /// Zeros added on every side.
    pub padding: i64,
    /// Groups of channels.
    pub groups: i64,
}

/// A convolution, then the sum with `other`, then a rectifier; without gradient. On the CPU and of one kind,
/// float32 or bfloat16.
pub fn convolution(
    x: &Tensor,
    other: Option<&Tensor>,
    weight: &Tensor,
    bias: Option<&Tensor>,
    steps: Steps,
    rectifier: Option<Rectifier>,
) -> Result<Tensor, TchError> {
    // SAFETY: as in `linear`.
    made(|out| unsafe {
        kdp_convolution(
            x.as_ptr(),
            weight.as_ptr(),
            pointer(bias),
            pointer(other),
            steps.stride,
            steps.padding,
            steps.groups,
            ceiling(rectifier),
            out,
        )
    })
}

/// A step of `torch.optim.SGD` in one pass; without momentum there is no velocity.
pub fn sgd(
    parameters: &mut Tensor,
    gradient: &Tensor,
    velocity: Option<&mut Tensor>,
    [lr, weight_decay, momentum]: [f64; 3],
    nesterov: bool,
) -> Result<(), TchError> {
    // SAFETY: as in `linear`; what is written to is borrowed for that.
    done(unsafe {
        kdp_sgd(
            parameters.as_ptr(),
            gradient.as_ptr(),
            pointer(velocity.as_deref()),
            lr,
            weight_decay,
            momentum,
            nesterov,
        )
    })
}

/// A step of `torch.optim.AdamW` in one pass; `step` counts from 1.
pub fn adamw(
    parameters: &mut Tensor,
    gradient: &Tensor,
    [first, second]: [&mut Tensor; 2],
    step: i64,
    [lr, weight_decay]: [f64; 2],
    [beta1, beta2]: [f64; 2],
    epsilon: f64,
) -> Result<(), TchError> {
    // SAFETY: as in `sgd`.
    done(unsafe {
        kdp_adamw(
            parameters.as_ptr(),
            gradient.as_ptr(),
            first.as_ptr(),
            second.as_ptr(),
            step,
            lr,
            weight_decay,
            beta1,
            beta2,
            epsilon,
        )
    })
}
