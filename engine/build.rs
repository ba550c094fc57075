//! Compiles the shim over libtorch, and writes libtorch's folder into the binary, so that it runs with
//! no `LD_LIBRARY_PATH`.

use std::env;
use std::path::{Path, PathBuf};

const SOURCES: [&str; 8] = [
    "shim/attention.cpp",
    "shim/convolution.cpp",
    "shim/dropout.cpp",
    "shim/error.cpp",
    "shim/fork.cpp",
    "shim/linear.cpp",
    "shim/norm.cpp",
    "shim/optimisers.cpp",
];

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    println!("cargo:rerun-if-changed=shim");
    // torch-sys tells its direct dependants where it found libtorch.
    if let Ok(lib) = env::var("DEP_TCH_LIBTORCH_LIB") {
        println!("cargo:rustc-link-arg=-Wl,-rpath,{lib}");
        compile_shim(Path::new(&lib));
    }
}

/// Compiles the shim as torch-sys compiles its own bindings: with the same headers and the same ABI.
fn compile_shim(lib: &Path) {
    for name in ["LIBTORCH_INCLUDE", "LIBTORCH_CXX11_ABI"] {
        println!("cargo:rerun-if-env-changed={name}");
    }
    let root = env::var_os("LIBTORCH_INCLUDE").map(PathBuf::from);
    let root = root.or_else(|| lib.parent().map(Path::to_path_buf));
    let include = root.unwrap_or_default().join("include");
    let abi = env::var("LIBTORCH_CXX11_ABI").unwrap_or_else(|_| "1".to_string());
    let mut build = cc::Build::new();
    build
        .cpp(true)
        .pic(true)
        .std("c++17")
        .opt_level(3)
        .warnings(false)
        .flag_if_supported("-Wno-psabi")
        .include(include.join("torch/csrc/api/include"))
        .include(include)
        .define("_GLIBCXX_USE_CXX11_ABI", abi.as_str())
        .files(SOURCES);
    if env::var("CARGO_CFG_TARGET_OS").is_ok_and(|os| os == "linux") {
        // libtorch's loops over threads are OpenMP's there.
        build.flag("-fopenmp");
        println!("cargo:rustc-link-lib=gomp");
    }
    build.compile("kdp_shim");
}
