// The instruction set in use.
#pragma once

#include "kernels.h"

namespace ts {

// The best implementation this processor runs, unless select() chose another.
const Table& table();

// Use the named instruction set from now on; false when it is not built in or this processor lacks it.
bool select(const char* isa);

}  // namespace ts
