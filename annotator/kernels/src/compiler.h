// What the compilers spell differently.
#pragma once

#include <cstddef>

#if defined(_MSC_VER) && !defined(__clang__)
#define TS_INLINE static __forceinline
#define TS_NOINLINE static __declspec(noinline)
#define TS_RESTRICT __restrict
#define TS_UNROLL
#define TS_UNROLL_4
#else
#define TS_INLINE static inline __attribute__((always_inline))
#define TS_NOINLINE static __attribute__((noinline))
#define TS_RESTRICT __restrict__
#if defined(__clang__)
#define TS_UNROLL _Pragma("unroll")
#define TS_UNROLL_4 _Pragma("unroll 4")
#else
#define TS_UNROLL _Pragma("GCC unroll 32")
#define TS_UNROLL_4 _Pragma("GCC unroll 4")
#endif
#endif
// Registers cannot be indexed: an array of `vec` lives in registers only when every loop over it has TS_UNROLL.
