// What the compilers spell differently.
#pragma once

#include <cstddef>

#if defined(_MSC_VER) && !defined(__clang__)
#define TS_INLINE static __forceinline
#define TS_NOINLINE static __declspec(noinline)
#define TS_RESTRICT __restrict
#define TS_UNROLL
#else
#define TS_INLINE static inline __attribute__((always_inline))
#define TS_NOINLINE static __attribute__((noinline))
#define TS_RESTRICT __restrict__
// Registers cannot be indexed: an array of them lives in registers only when every loop over it is unrolled.
#define TS_UNROLL _Pragma("GCC unroll 32")
#endif
