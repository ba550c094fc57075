// How the shim's functions tell errors: no exception may cross into Rust.
#pragma once

#include <c10/util/Exception.h>

#include <exception>
#include <string>

namespace kdp {

// What went wrong in the last call on this thread.
inline thread_local std::string message;

// Runs `body`; 0 when it ends, 1 when it throws.
template <typename Body>
int guarded(Body body) {
  try {
    body();
    return 0;
  } catch (const c10::Error& error) {
    message = error.what_without_backtrace();
  } catch (const std::exception& error) {
    message = error.what();
  }
  return 1;
}

}  // namespace kdp
