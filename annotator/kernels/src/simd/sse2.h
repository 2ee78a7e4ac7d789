// What every x86-64 processor has: 4 floats in each of 16 registers, and no fused multiply-add.
#pragma once

#include <emmintrin.h>

#include "../compiler.h"

namespace TS_ISA {

using vec = __m128;
constexpr int kLanes = 4;
constexpr int kPanelVectors = 2;
constexpr int kTileRows = 6;  // 12 of 16 registers accumulate
TS_INLINE vec load(const float* p) { return _mm_loadu_ps(p); }
TS_INLINE void store(float* p, vec a) { _mm_storeu_ps(p, a); }
// Those of eight floats, one for each head of the decoder, that belong to register `part` of a panel.
TS_INLINE vec load_heads(const float* p, int part) { return load(p + part % 2 * kLanes); }
TS_INLINE vec splat(float a) { return _mm_set1_ps(a); }
TS_INLINE vec add(vec a, vec b) { return _mm_add_ps(a, b); }
TS_INLINE vec sub(vec a, vec b) { return _mm_sub_ps(a, b); }
TS_INLINE vec mul(vec a, vec b) { return _mm_mul_ps(a, b); }
TS_INLINE vec div(vec a, vec b) { return _mm_div_ps(a, b); }
TS_INLINE vec root(vec a) { return _mm_sqrt_ps(a); }
TS_INLINE vec fma(vec a, vec b, vec c) { return _mm_add_ps(_mm_mul_ps(a, b), c); }
TS_INLINE vec max(vec a, vec b) { return _mm_max_ps(a, b); }
TS_INLINE vec min(vec a, vec b) { return _mm_min_ps(a, b); }
TS_INLINE vec magnitude(vec a) { return _mm_andnot_ps(_mm_set1_ps(-0.0f), a); }
TS_INLINE vec round_nearest(vec a) { return _mm_cvtepi32_ps(_mm_cvtps_epi32(a)); }
TS_INLINE vec exp2_of_whole(vec a) {
    return _mm_castsi128_ps(_mm_slli_epi32(_mm_add_epi32(_mm_cvtps_epi32(a), _mm_set1_epi32(127)), 23));
}
TS_INLINE float sum(vec a) {
    a = _mm_add_ps(a, _mm_movehl_ps(a, a));
    return _mm_cvtss_f32(_mm_add_ss(a, _mm_shuffle_ps(a, a, 1)));
}
TS_INLINE float largest(vec a) {
    a = _mm_max_ps(a, _mm_movehl_ps(a, a));
    return _mm_cvtss_f32(_mm_max_ss(a, _mm_shuffle_ps(a, a, 1)));
}

}  // namespace TS_ISA
