//! The machine under the worker: libtorch's place, its CUDA part, its threads, the allocator.

use std::path::PathBuf;

use serde::Serialize;
use tikv_jemallocator::Jemalloc;

/// The libtorch that this tch release binds; its build script refuses another.
pub const LIBTORCH: &str = "2.13.0";

/// A device that tensors can lie on.
#[derive(Debug, Serialize)]
pub struct DeviceInfo {
    /// `cpu`, `cuda:0`, `mps`.
    pub name: String,
    /// Threads that the CPU runs at once.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cores: Option<usize>,
}

/// What `kdp doctor` asks the worker.
#[derive(Debug, Serialize)]
pub struct Doctor {
    /// The version of libtorch.
    pub libtorch: String,
    /// The folder that it was loaded from.
    pub path: Option<PathBuf>,
    /// Whether that folder holds libtorch's CUDA part.
    pub cuda_built: bool,
    /// The devices that can be used.
    pub devices: Vec<DeviceInfo>,
}

/// The folder of the `libtorch_cpu.so` that is loaded, as the kernel lists it.
fn libtorch_folder() -> Option<PathBuf> {
    let maps = std::fs::read_to_string("/proc/self/maps").ok()?;
    let line = maps
        .lines()
        .find(|line| line.ends_with("/libtorch_cpu.so"))?;
    let path = PathBuf::from(&line[line.find('/')?..]);
    Some(path.parent()?.to_path_buf())
}

fn cuda_library() -> Option<PathBuf> {
    let path = libtorch_folder()?.join("libtorch_cuda.so");
    path.exists().then_some(path)
}

/// For what is ours: threads that make data allocate all at once, and glibc has one arena for all of them, as
/// [`prepare`] tells it for libtorch's sake.
#[global_allocator]
static ALLOCATOR: Jemalloc = Jemalloc;

/// Prepares the process: must come before anything else touches libtorch.
pub fn prepare() {
    keep_memory();
    load_cuda();
    tch::set_num_interop_threads(1);
}

/// Tells glibc's allocator to keep what it has: a training step asks for the same large blocks
/// again and again, and getting them from the kernel each time costs a sixth of a step.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
fn keep_memory() {
    // SAFETY: `mallopt` takes plain numbers; no other thread runs yet.
    unsafe {
        libc::mallopt(libc::M_MMAP_MAX, 0);
        libc::mallopt(libc::M_TRIM_THRESHOLD, -1);
        libc::mallopt(libc::M_TOP_PAD, 64 << 20);
        libc::mallopt(libc::M_ARENA_MAX, 1);
    }
    ask_for_huge_pages();
}

/// Asks for pages of 2 MiB under the memory that is used first: a step walks over hundreds of megabytes,
/// and looking up small pages costs it a twelfth. Nothing is taken before it is used; where the kernel
/// has no such pages, or not that much to promise, all stays as it is.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
fn ask_for_huge_pages() {
    const FIRST: usize = 4 << 30;
    const PAGE: usize = 2 << 20;
    // SAFETY: the block is ours until it is freed, and the advice covers whole pages inside of it. The
    // allocator keeps what is freed at its end, as it was told above.
    unsafe {
        let block = libc::malloc(FIRST);
        if !block.is_null() {
            let within = block.byte_add(block.align_offset(PAGE));
            libc::madvise(within, FIRST - PAGE, libc::MADV_HUGEPAGE);
            libc::free(block);
        }
    }
}

#[cfg(not(all(target_os = "linux", target_env = "gnu")))]
fn keep_memory() {}

/// Loads libtorch's CUDA part where it lies beside the CPU part. The linker drops it, because
/// nothing names its symbols: it registers itself when it is loaded.
fn load_cuda() {
    let Some(path) = cuda_library() else { return };
    let Ok(name) = std::ffi::CString::new(path.as_os_str().as_encoded_bytes()) else {
        return;
    };
    // SAFETY: `name` ends in a zero byte. The library's initialisers only register kernels.
    let handle = unsafe { libc::dlopen(name.as_ptr(), libc::RTLD_NOW | libc::RTLD_GLOBAL) };
    if handle.is_null() {
        eprintln!(
            "kdp-engine: `{}` could not be loaded; CUDA is not used",
            path.display()
        );
    }
}

/// The processor: its name and what it can do, as far as the system tells. libtorch chooses its kernels by
/// it, and they round differently.
pub fn processor() -> String {
    let told = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let line = |name: &str| told.lines().find(|line| line.starts_with(name));
    let lines = ["model name", "flags", "Features"]
        .into_iter()
        .filter_map(line);
    let lines: Vec<&str> = lines.collect();
    format!("{} {}", std::env::consts::ARCH, lines.join(" "))
}

/// What this machine offers.
pub fn doctor() -> Doctor {
    let named = |name: String| DeviceInfo { name, cores: None };
    let mut devices = vec![DeviceInfo {
        name: "cpu".to_string(),
        cores: std::thread::available_parallelism().ok().map(usize::from),
    }];
    if tch::Cuda::is_available() {
        devices.extend((0..tch::Cuda::device_count()).map(|i| named(format!("cuda:{i}"))));
    }
    if tch::utils::has_mps() {
        devices.push(named("mps".to_string()));
    }
    Doctor {
        libtorch: LIBTORCH.to_string(),
        path: libtorch_folder(),
        cuda_built: cuda_library().is_some(),
        devices,
    }
}
