// Arm64: 4 floats in each of 32 registers.
#pragma once

#include <arm_neon.h>

#include "../compiler.h"

namespace TS_ISA {

using vec = float32x4_t;
constexpr int kLanes = 4;
constexpr int kPanelVectors = 4;
constexpr int kTileRows = 6;  // 24 of 32 registers accumulate
TS_INLINE vec load(const float* p) { return vld1q_f32(p); }
TS_INLINE void store(float* p, vec a) { vst1q_f32(p, a); }
// Those of eight floats, one for each head of the decoder, that belong to register `part` of a panel.
TS_INLINE vec load_heads(const float* p, int part) { return load(p + part % 2 * kLanes); }
TS_INLINE vec splat(float a) { return vdupq_n_f32(a); }
TS_INLINE vec add(vec a, vec b) { return vaddq_f32(a, b); }
TS_INLINE vec sub(vec a, vec b) { return vsubq_f32(a, b); }
TS_INLINE vec mul(vec a, vec b) { return vmulq_f32(a, b); }
TS_INLINE vec div(vec a, vec b) { return vdivq_f32(a, b); }
TS_INLINE vec root(vec a) { return vsqrtq_f32(a); }
TS_INLINE vec fma(vec a, vec b, vec c) { return vfmaq_f32(c, a, b); }
TS_INLINE vec max(vec a, vec b) { return vmaxq_f32(a, b); }
TS_INLINE vec min(vec a, vec b) { return vminq_f32(a, b); }
TS_INLINE vec magnitude(vec a) { return vabsq_f32(a); }
TS_INLINE vec round_nearest(vec a) { return vrndnq_f32(a); }
TS_INLINE vec exp2_of_whole(vec a) {
    return vreinterpretq_f32_s32(vshlq_n_s32(vaddq_s32(vcvtnq_s32_f32(a), vdupq_n_s32(127)), 23));
}
TS_INLINE float sum(vec a) { return vaddvq_f32(a); }
TS_INLINE float largest(vec a) { return vmaxvq_f32(a); }

}  // namespace TS_ISA
