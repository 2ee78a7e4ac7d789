// The threads all kernels share.
#pragma once

#include <cstddef>

namespace ts {

// Work on one item; `scratch` is this thread's own memory, 64-byte aligned, contents undefined.
using Body = void (*)(const void* context, int item, float* scratch);

// Run body for every item in 0..items, on the pool's threads and the caller's, each thread with `scratch_floats` of
// memory. Items are handed out one by one. Callers from several threads take turns. Returns false when memory ran out,
// before anything ran.
bool run(int items, size_t scratch_floats, Body body, const void* context) noexcept;

// Threads that work on a kernel, the caller included; fewer than were asked for where the system grants no more. They
// start with the first kernel, once for each process: a forked child starts its own.
int threads() noexcept;
void set_threads(int count) noexcept;

}  // namespace ts
