// One SIMD register of floats, `vec`, as wide as the instruction set this unit is compiled for.
//
// Every kernel is a template or inline function over `vec`. The build compiles kernels.cpp once per instruction set,
// with TS_ISA naming the namespace and TS_SIMD the header, and dispatch.cpp picks one at run time. Nothing here may
// come from the C++ standard library: the linker could merge an inline function compiled for AVX-512 here with the one
// all others use.
//
// Per instruction set, a tile of a matrix product is kTileRows x (kPanelVectors * kLanes) results.
#pragma once

#include <stddef.h>
#include <string.h>

#include TS_SIMD

namespace TS_ISA {

constexpr int kPanel = kLanes * kPanelVectors;  // outputs in a panel of packed weights

TS_INLINE int least(int a, int b) { return a < b ? a : b; }
TS_INLINE int most(int a, int b) { return a > b ? a : b; }
TS_INLINE int ceil_div(int a, int b) { return (a + b - 1) / b; }

}  // namespace TS_ISA
