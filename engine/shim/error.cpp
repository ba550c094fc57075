// What went wrong, for Rust.
#include "guard.hpp"

extern "C" const char* kdp_error() { return kdp::message.c_str(); }
