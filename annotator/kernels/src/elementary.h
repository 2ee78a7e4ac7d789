// Elementary functions of whole registers, and norms.
#pragma once

#include <math.h>

#include "simd.h"

namespace TS_ISA {

// exp(a) for a <= 88, relative error below 2e-7; anything under -87 gives about 1e-38, so that masked softmax entries
// vanish. Range reduction and polynomial: expf of the Cephes library (S. Moshier, netlib.org/cephes/single.tgz).
TS_INLINE vec exponential(vec a) {
    a = max(a, splat(-87.0f));
    const vec n = round_nearest(mul(a, splat(1.44269504088896341f)));
    vec r = fma(n, splat(-0.693359375f), a);
    r = fma(n, splat(2.12194440e-4f), r);
    vec p = splat(1.9875691500e-4f);
    p = fma(p, r, splat(1.3981999507e-3f));
    p = fma(p, r, splat(8.3334519073e-3f));
    p = fma(p, r, splat(4.1665795894e-2f));
    p = fma(p, r, splat(1.6666665459e-1f));
    p = fma(p, r, splat(5.0000001201e-1f));
    p = fma(p, mul(r, r), add(r, splat(1.0f)));
    return mul(p, exp2_of_whole(n));
}

// The exact (erf) GELU, x * Phi(x), as max(x, 0) - |x| * Phi(-|x|); absolute error below 6e-7 everywhere.
// The tail Phi(-a) = P(a)^-16 takes its form from Abramowitz and Stegun 7.1.28. The coefficients are our own minimax
// fit of the error of a * Phi(-a) on [0, 6.5] (tools/fit_gelu.py). Subtracting a small tail, instead of
// adding two numbers of the size of x, is what keeps the absolute error small for large |x|.
//
// `count` registers at once: a chain of some 14 dependent operations leaves the units idle unless several run side by
// side.
template <int count>
TS_INLINE void gelu(vec* x) {
    vec a[count], p[count];
    // clang-format off
#define TS_EACH TS_UNROLL for (int i = 0; i < count; ++i)
    // Beyond 20 the tail is zero in float; the bound keeps infinity from becoming infinity * 0.
    TS_EACH a[i] = min(magnitude(x[i]), splat(20.0f));
    TS_EACH p[i] = fma(splat(6.987376e-06f), a[i], splat(3.9654333e-05f));
    TS_EACH p[i] = fma(p[i], a[i], splat(7.530675e-05f));
    TS_EACH p[i] = fma(p[i], a[i], splat(0.0033705328f));
    TS_EACH p[i] = fma(p[i], a[i], splat(0.022113701f));
    TS_EACH p[i] = fma(p[i], a[i], splat(0.052063983f));
    TS_EACH p[i] = fma(p[i], a[i], splat(1.0442748f));
    TS_EACH p[i] = mul(p[i], p[i]);
    TS_EACH p[i] = mul(p[i], p[i]);
    TS_EACH p[i] = mul(p[i], p[i]);
    TS_EACH p[i] = mul(p[i], p[i]);
    TS_EACH p[i] = div(a[i], p[i]);
    // max(0, x) in this order hands a NaN on.
    TS_EACH x[i] = sub(max(splat(0.0f), x[i]), p[i]);
#undef TS_EACH
    // clang-format on
}

// Subtract the mean of x[0..n) and divide by sqrt(variance + epsilon), into y (which may be x). n is a multiple of
// kLanes.
TS_INLINE void normalize(const float* x, int n, float epsilon, float* y) {
    vec total = splat(0.0f);
    for (int i = 0; i < n; i += kLanes) total = add(total, load(x + i));
    const vec mean = splat(sum(total) / static_cast<float>(n));
    vec squares = splat(0.0f);
    for (int i = 0; i < n; i += kLanes) {
        const vec d = sub(load(x + i), mean);
        squares = fma(d, d, squares);
    }
    const float variance = sum(squares) / static_cast<float>(n);
    const vec scale = splat(1.0f / sqrtf(variance + epsilon));
    for (int i = 0; i < n; i += kLanes) store(y + i, mul(sub(load(x + i), mean), scale));
}

// The same, then times scale[i], plus shift[i].
TS_INLINE void scaled_norm(const float* x, int n, float epsilon, const float* scale, const float* shift, float* y) {
    normalize(x, n, epsilon, y);
    for (int i = 0; i < n; i += kLanes) store(y + i, fma(load(y + i), load(scale + i), load(shift + i)));
}

}  // namespace TS_ISA
