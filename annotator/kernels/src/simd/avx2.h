// AVX2 with FMA: 8 floats in each of 16 registers.
#pragma once

#include <immintrin.h>

#include "../compiler.h"

namespace TS_ISA {

using vec = __m256;
constexpr int kLanes = 8;
constexpr int kPanelVectors = 2;
constexpr int kTileRows = 6;  // 12 of 16 registers accumulate
TS_INLINE vec load(const float* p) { return _mm256_loadu_ps(p); }
TS_INLINE void store(float* p, vec a) { _mm256_storeu_ps(p, a); }
// Those of eight floats, one for each head of the decoder, that belong to register `part` of a panel.
TS_INLINE vec load_heads(const float* p, int /*part*/) { return load(p); }
TS_INLINE vec splat(float a) { return _mm256_set1_ps(a); }
TS_INLINE vec add(vec a, vec b) { return _mm256_add_ps(a, b); }
TS_INLINE vec sub(vec a, vec b) { return _mm256_sub_ps(a, b); }
TS_INLINE vec mul(vec a, vec b) { return _mm256_mul_ps(a, b); }
TS_INLINE vec div(vec a, vec b) { return _mm256_div_ps(a, b); }
TS_INLINE vec root(vec a) { return _mm256_sqrt_ps(a); }
TS_INLINE vec fma(vec a, vec b, vec c) { return _mm256_fmadd_ps(a, b, c); }
TS_INLINE vec max(vec a, vec b) { return _mm256_max_ps(a, b); }
TS_INLINE vec min(vec a, vec b) { return _mm256_min_ps(a, b); }
TS_INLINE vec magnitude(vec a) { return _mm256_andnot_ps(_mm256_set1_ps(-0.0f), a); }
TS_INLINE vec round_nearest(vec a) { return _mm256_round_ps(a, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC); }
TS_INLINE vec exp2_of_whole(vec a) {
    return _mm256_castsi256_ps(_mm256_slli_epi32(_mm256_add_epi32(_mm256_cvtps_epi32(a), _mm256_set1_epi32(127)), 23));
}
TS_INLINE float sum(vec a) {
    __m128 s = _mm_add_ps(_mm256_castps256_ps128(a), _mm256_extractf128_ps(a, 1));
    s = _mm_add_ps(s, _mm_movehl_ps(s, s));
    return _mm_cvtss_f32(_mm_add_ss(s, _mm_movehdup_ps(s)));
}
TS_INLINE float largest(vec a) {
    __m128 s = _mm_max_ps(_mm256_castps256_ps128(a), _mm256_extractf128_ps(a, 1));
    s = _mm_max_ps(s, _mm_movehl_ps(s, s));
    return _mm_cvtss_f32(_mm_max_ss(s, _mm_movehdup_ps(s)));
}

}  // namespace TS_ISA
