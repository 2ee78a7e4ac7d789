// The image encoder's kernels on random sizes, against the plain formulas.
#pragma once

#include "fuzz.h"

extern "C" Kernel TsPatchEmbed, TsMbConv, TsPatchMerging1, TsPatchMerging2, TsWindowAttention, TsConvMlp, TsNeck;

namespace {

void patch_embed() {
    const int h = any(1, 9), w = any(1, 40), hidden = 32 * any(1, 2), out = 32 * any(1, 2);
    const Values image = numbers(static_cast<size_t>(h) * w * 48), first = numbers(hidden * 27, 0.2);
    const Values second = numbers(static_cast<size_t>(out) * 9 * hidden, 0.06), b1 = numbers(hidden), b2 = numbers(out);
    const Values y = formulas::each(formulas::conv(image, first, b1, 4 * h, 4 * w, 3, hidden, 2), formulas::gelu);
    check("patch embed", TsPatchEmbed, formulas::conv(y, second, b2, 2 * h, 2 * w, hidden, out, 2), kTolerance,
          {h, w, out}, array(formulas::transposed(image, 3), {3, 4 * h, 4 * w}), packed(first, hidden),
          array(b1, {hidden}), packed(second, out), array(b2, {out}));
}

void bottleneck(int stride, bool residual) {
    const int h = any(1, 40), w = any(1, 80), hidden = 32 * any(1, 3), out = 32 * any(1, 2);
    const int in = residual ? out : any(1, 50), rows = (h - 1) / stride + 1, columns = (w - 1) / stride + 1;
    const Values x = numbers(static_cast<size_t>(h) * w * in), expand = numbers(hidden * in, 0.2);
    const Values spatial = numbers(9 * hidden, 0.3), project = numbers(out * hidden, 0.1);
    const Values b1 = numbers(hidden), b2 = numbers(hidden), b3 = numbers(out);
    Values y = formulas::each(formulas::dense(x, expand, b1, in, hidden), formulas::gelu);
    y = formulas::each(formulas::conv(y, spatial, b2, h, w, hidden, 0, stride), formulas::gelu);
    y = formulas::dense(y, project, b3, hidden, out);
    if (residual) y = formulas::each(formulas::plus(y, x), formulas::gelu);
    Kernel& kernel = residual ? TsMbConv : stride == 1 ? TsPatchMerging1 : TsPatchMerging2;
    check("bottleneck", kernel, y, kTolerance, {rows, columns, out}, array(x, {h, w, in}), packed(expand, hidden),
          array(b1, {hidden}), array(spatial, {3, 3, hidden}), array(b2, {hidden}), packed(project, out),
          array(b3, {out}));
}

void window_attention() {
    const int h = any(1, 20), w = any(1, 20), heads = any(1, 3), window = any(1, 8) + (any(0, 9) == 0 ? 6 : 0);
    const int channels = 32 * heads, area = window * window, keys = (area + 31) / 32 * 32;
    const Values x = numbers(static_cast<size_t>(h) * w * channels), qkv = numbers(3 * channels * channels, 0.1);
    const Values qkv_bias = numbers(3 * channels), position = numbers(static_cast<size_t>(heads) * area * area);
    const Values project = numbers(channels * channels, 0.1), bias = numbers(channels);
    Values filled(static_cast<size_t>(heads) * area * keys, -1e30);
    for (size_t i = 0; i < position.size(); ++i) filled[i / area * keys + i % area] = position[i];
    const Values mixed = formulas::attention(x, qkv, qkv_bias, position, h, w, heads, window);
    check("window attention", TsWindowAttention,
          formulas::plus(formulas::dense(mixed, project, bias, channels, channels), x), kTolerance, {h, w, channels},
          array(x, {h, w, channels}), packed(qkv, 3 * channels), array(qkv_bias, {3 * channels}),
          array(filled, {heads, area, keys}), packed(project, channels), array(bias, {channels}));
}

void conv_mlp() {
    const int h = any(1, 12), w = any(1, 150), channels = 32 * any(1, 3), hidden = 32 * any(1, 20);
    const Values x = numbers(static_cast<size_t>(h) * w * channels), spatial = numbers(9 * channels, 0.3);
    const Values expand = numbers(hidden * channels, 0.1), project = numbers(channels * hidden, 0.05);
    const Values b1 = numbers(channels), b2 = numbers(hidden), b3 = numbers(channels);
    const Values z = formulas::conv(x, spatial, b1, h, w, channels, 0, 1);
    const Values inner = formulas::each(
        formulas::dense(formulas::norm(z, channels, 1e-5), expand, b2, channels, hidden), formulas::gelu);
    check("conv mlp", TsConvMlp, formulas::plus(formulas::dense(inner, project, b3, hidden, channels), z), kTolerance,
          {h, w, channels}, array(x, {h, w, channels}), array(spatial, {3, 3, channels}), array(b1, {channels}),
          packed(expand, hidden), array(b2, {hidden}), packed(project, channels), array(b3, {channels}));
}

void neck() {
    const int h = any(1, 12), w = any(1, 80), in = any(1, 400), out = 32 * any(1, 3);
    const Values x = numbers(static_cast<size_t>(h) * w * in), reduce = numbers(out * in, 0.1);
    const Values mix = numbers(static_cast<size_t>(out) * 9 * out, 0.05);
    const Values s1 = numbers(out), s2 = numbers(out), s3 = numbers(out), s4 = numbers(out);
    const Values z = formulas::affine(formulas::norm(formulas::dense(x, reduce, {}, in, out), out, 1e-6), s1, s2);
    const Values y = formulas::norm(formulas::conv(z, mix, {}, h, w, out, out, 1), out, 1e-6);
    check("neck", TsNeck, formulas::transposed(formulas::affine(y, s3, s4), out), kTolerance, {out, h, w},
          array(x, {h, w, in}), packed(reduce, out), array(s1, {out}), array(s2, {out}), packed(mix, out),
          array(s3, {out}), array(s4, {out}));
}

}  // namespace
