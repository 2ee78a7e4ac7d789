// Stands in for simd/avx512.h where the processor lacks it: registers of the same width and tiles of the same shape,
// made by the compiler from whatever there is. Slow, but it runs every line that the AVX-512 build runs, intrinsics
// aside.
#pragma once

#include "compiler.h"

namespace TS_ISA {

typedef float vec __attribute__((vector_size(64)));
constexpr int kLanes = 16;
constexpr int kPanelVectors = 2;
constexpr int kTileRows = 12;

#define TS_LANEWISE(expression)                           \
    vec r;                                                \
    for (int i = 0; i < kLanes; ++i) r[i] = (expression); \
    return r
TS_INLINE vec load(const float* p) { TS_LANEWISE(p[i]); }
TS_INLINE void store(float* p, vec a) {
    for (int i = 0; i < kLanes; ++i) p[i] = a[i];
}
// Eight floats, one for each head of the decoder, twice.
TS_INLINE vec load_heads(const float* p, int /*part*/) { TS_LANEWISE(p[i % 8]); }
TS_INLINE vec swap_tokens(vec a) { TS_LANEWISE(a[i ^ 8]); }
TS_INLINE vec splat(float a) { TS_LANEWISE(a); }
TS_INLINE vec add(vec a, vec b) { return a + b; }
TS_INLINE vec sub(vec a, vec b) { return a - b; }
TS_INLINE vec mul(vec a, vec b) { return a * b; }
TS_INLINE vec div(vec a, vec b) { return a / b; }
TS_INLINE vec root(vec a) { TS_LANEWISE(__builtin_sqrtf(a[i])); }
TS_INLINE vec fma(vec a, vec b, vec c) { return a * b + c; }
TS_INLINE vec max(vec a, vec b) { TS_LANEWISE(a[i] > b[i] ? a[i] : b[i]); }
TS_INLINE vec min(vec a, vec b) { TS_LANEWISE(a[i] < b[i] ? a[i] : b[i]); }
TS_INLINE vec magnitude(vec a) { TS_LANEWISE(__builtin_fabsf(a[i])); }
TS_INLINE vec round_nearest(vec a) { TS_LANEWISE(__builtin_rintf(a[i])); }
TS_INLINE vec exp2_of_whole(vec a) { TS_LANEWISE(__builtin_ldexpf(1.0f, static_cast<int>(a[i]))); }
TS_INLINE float sum(vec a) {
    float s = 0.0f;
    for (int i = 0; i < kLanes; ++i) s += a[i];
    return s;
}
TS_INLINE float largest(vec a) {
    float m = a[0];
    for (int i = 1; i < kLanes; ++i) m = a[i] > m ? a[i] : m;
    return m;
}
#undef TS_LANEWISE

}  // namespace TS_ISA
