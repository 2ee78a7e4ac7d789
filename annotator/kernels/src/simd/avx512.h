// AVX-512: 16 floats in each of 32 registers.
#pragma once

#include <immintrin.h>

#include "../compiler.h"

namespace TS_ISA {

using vec = __m512;
constexpr int kLanes = 16;
constexpr int kPanelVectors = 2;  // columns of a GEMM tile, in registers
constexpr int kTileRows = 12;     // 24 of 32 registers accumulate
TS_INLINE vec load(const float* p) { return _mm512_loadu_ps(p); }
TS_INLINE void store(float* p, vec a) { _mm512_storeu_ps(p, a); }
// Eight floats, one for each head of the decoder, repeated to fill a register; register `part` of a panel has them so.
TS_INLINE vec load_heads(const float* p, int /*part*/) {
    return _mm512_castpd_ps(_mm512_broadcast_f64x4(_mm256_castps_pd(_mm256_loadu_ps(p))));
}
// Heads of the one token where those of the other were.
TS_INLINE vec swap_tokens(vec a) { return _mm512_shuffle_f32x4(a, a, _MM_SHUFFLE(1, 0, 3, 2)); }
TS_INLINE vec splat(float a) { return _mm512_set1_ps(a); }
TS_INLINE vec add(vec a, vec b) { return _mm512_add_ps(a, b); }
TS_INLINE vec sub(vec a, vec b) { return _mm512_sub_ps(a, b); }
TS_INLINE vec mul(vec a, vec b) { return _mm512_mul_ps(a, b); }
TS_INLINE vec div(vec a, vec b) { return _mm512_div_ps(a, b); }
TS_INLINE vec root(vec a) { return _mm512_sqrt_ps(a); }
TS_INLINE vec fma(vec a, vec b, vec c) { return _mm512_fmadd_ps(a, b, c); }
TS_INLINE vec max(vec a, vec b) { return _mm512_max_ps(a, b); }
TS_INLINE vec min(vec a, vec b) { return _mm512_min_ps(a, b); }
TS_INLINE vec magnitude(vec a) { return _mm512_abs_ps(a); }
TS_INLINE vec round_nearest(vec a) { return _mm512_roundscale_ps(a, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC); }
TS_INLINE vec exp2_of_whole(vec a) {
    return _mm512_castsi512_ps(_mm512_slli_epi32(_mm512_add_epi32(_mm512_cvtps_epi32(a), _mm512_set1_epi32(127)), 23));
}
TS_INLINE float sum(vec a) { return _mm512_reduce_add_ps(a); }
TS_INLINE float largest(vec a) { return _mm512_reduce_max_ps(a); }

}  // namespace TS_ISA
