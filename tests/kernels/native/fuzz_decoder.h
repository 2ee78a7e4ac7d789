// The decoder's kernels on random sizes, against the plain formulas.
#pragma once

#include "decoder_formulas.h"
#include "fuzz.h"

extern "C" Kernel TsDense, TsDenseRelu, TsDenseNorm, TsMaskPrompt, TsTokensToImage, TsImageToTokens, TsMasks;
extern "C" Kernel TsTokensToHeads, TsHeadsToTokens;

namespace {

constexpr double kAttentionTolerance = 3e-4;  // the exponential of a score magnifies the score's rounding
constexpr double kQuartersTolerance = 1e-3;   // and a norm over four numbers, where they are nearly equal, more so

// (prompts, out, in), each prompt packed.
Array packed_each(const Values& weight, int prompts, int out) {
    Array a = packed(weight, prompts * out);
    a.shape = {prompts, out / tested::table.panel, a.shape[1], a.shape[2]};
    return a;
}

void dense(bool relu) {
    const int rows = any(1, 200), depth = any(1, 500), out = 32 * any(1, 12);
    const Values x = numbers(static_cast<size_t>(rows) * depth), bias = numbers(out);
    const Values weight = numbers(static_cast<size_t>(out) * depth, 0.05);
    Values y = formulas::dense(x, weight, bias, depth, out);
    if (relu) y = formulas::each(y, [](double v) { return v > 0 ? v : 0.0; });
    check("dense", relu ? TsDenseRelu : TsDense, y, kTolerance, {rows, out}, array(x, {rows, depth}),
          packed(weight, out), array(bias, {out}));
}

void dense_norm() {
    const int rows = any(1, 60), depth = any(1, 500), out = 32 * any(1, 8);
    const Values x = numbers(static_cast<size_t>(rows) * depth),
                 weight = numbers(static_cast<size_t>(out) * depth, 0.05);
    const Values bias = numbers(out), scale = numbers(out), shift = numbers(out);
    const Values residual = numbers(static_cast<size_t>(rows) * out);
    const Values y = formulas::plus(formulas::dense(x, weight, bias, depth, out), residual);
    check("dense norm", TsDenseNorm, formulas::affine(formulas::norm(y, out, 1e-5), scale, shift), kTolerance,
          {rows, out}, array(x, {rows, depth}), packed(weight, out), array(bias, {out}), array(residual, {rows, out}),
          array(scale, {out}), array(shift, {out}));
}

// Some prompts on one image, or on one each. Columns fill whole panels.
formulas::Attention any_attention() {
    formulas::Attention a{};
    a.prompts = any(1, 3), a.images = any(0, 1) ? 1 : a.prompts;
    a.cells = any(1, 420), a.channels = 32 * any(1, 3), a.columns = 32 * any(1, 3);
    return a;
}

void tokens_to_image() {
    const formulas::Attention a = any_attention();
    const Values x = numbers(static_cast<size_t>(a.images) * a.cells * a.channels);
    const Values positions = numbers(static_cast<size_t>(a.cells) * a.channels);
    const Values queries = numbers(static_cast<size_t>(a.prompts) * a.columns * a.channels);
    check("tokens to image", TsTokensToImage, formulas::tokens_to_image(a, x, positions, queries), kAttentionTolerance,
          {a.prompts, a.columns, a.channels}, array(x, {a.images, a.cells, a.channels}),
          array(positions, {a.cells, a.channels}), packed_each(queries, a.prompts, a.columns));
}

// Biases of columns, some of which only fill a panel and are buried.
Values key_biases(const formulas::Attention& a) {
    Values bias = numbers(static_cast<size_t>(a.prompts) * a.columns);
    const int used = any(1, a.columns / ts::kHeads) * ts::kHeads;
    for (size_t i = 0; i < bias.size(); ++i) {
        if (static_cast<int>(i % a.columns) >= used) bias[i] = -1e30;
    }
    return bias;
}

// The columns' values, (prompts, columns, channels), as packed weights whose depth is the columns.
Array depth_packed(const formulas::Attention& a, const Values& values) {
    Values turned;
    const ptrdiff_t size = static_cast<ptrdiff_t>(a.columns) * a.channels;
    for (int p = 0; p < a.prompts; ++p) {
        const Values own =
            formulas::transposed({values.begin() + p * size, values.begin() + (p + 1) * size}, a.channels);
        turned.insert(turned.end(), own.begin(), own.end());
    }
    return packed_each(turned, a.prompts, a.channels);
}

void image_to_tokens() {
    const formulas::Attention a = any_attention();
    const Values x = numbers(static_cast<size_t>(a.images) * a.cells * a.channels);
    const Values positions = numbers(static_cast<size_t>(a.cells) * a.channels);
    const size_t tokens = static_cast<size_t>(a.prompts) * a.columns * a.channels;
    const Values keys = numbers(tokens), values = numbers(tokens), key_bias = key_biases(a);
    const Values bias = numbers(a.channels), scale = numbers(a.channels), shift = numbers(a.channels);
    const auto score = [&](int p, int i, int column) { return a.score(x, positions, keys, p, i, column); };
    Values y = formulas::image_to_tokens(a, ts::kHeads, x, score, key_bias, values, bias);
    y = formulas::affine(formulas::norm(y, a.channels, 1e-5), scale, shift);
    const auto inputs = [&](auto use) {
        use(array(x, {a.images, a.cells, a.channels}), array(positions, {a.cells, a.channels}),
            packed_each(keys, a.prompts, a.columns), array(key_bias, {a.prompts, a.columns}), depth_packed(a, values),
            array(bias, {a.channels}), array(scale, {a.channels}), array(shift, {a.channels}));
    };
    inputs([&](auto... in) {
        check("image to tokens", TsImageToTokens, y, kAttentionTolerance, {a.prompts, a.cells, a.channels},
              std::move(in)...);
    });
    if (a.images != a.prompts) return;
    inputs([&](auto... in) {
        std::vector<Array> arrays;
        (arrays.push_back(std::move(in)), ...);
        arrays.push_back(array({}, {a.prompts, a.cells, a.channels}));
        if (call(TsImageToTokens, arrays, true) != 0) return complain("image to tokens", "refused to work in place");
        if (!agree(arrays.front(), y, kAttentionTolerance)) complain("image to tokens", "a wrong result in place");
    });
}

void tokens_to_heads() {
    const int prompts = any(1, 3), cells = any(1, 420), columns = 32 * any(1, 3), depth = 8 * any(1, 4);
    const formulas::Heads h{ts::kHeads, depth, columns};
    const int width = depth * ts::kHeads;
    const Values keys = numbers(static_cast<size_t>(cells) * width), values = numbers(keys.size());
    const Values queries = numbers(static_cast<size_t>(prompts) * columns * depth, 2.0);
    const Values y = formulas::tokens_to_heads(h, prompts, cells, keys, values, queries);
    Array expected = packed_each(y, prompts, columns);
    const Values in_panels(expected.data.get(), expected.data.get() + y.size());
    check("tokens to heads", TsTokensToHeads, in_panels, kAttentionTolerance, expected.shape,
          array(keys, {cells, width}), array(values, {cells, width}), packed_each(queries, prompts, columns));
}

void heads_to_tokens() {
    formulas::Attention a = any_attention();
    a.images = 1;
    const int depth = any(1, 20), width = depth * ts::kHeads;
    const formulas::Heads h{ts::kHeads, depth, a.columns};
    const Values x = numbers(static_cast<size_t>(a.cells) * a.channels);
    const Values queries = numbers(static_cast<size_t>(a.cells) * width);
    const Values keys = numbers(static_cast<size_t>(a.prompts) * a.columns * depth, 2.0), key_bias = key_biases(a);
    const Values values = numbers(static_cast<size_t>(a.prompts) * a.columns * a.channels);
    const Values bias = numbers(a.channels), scale = numbers(a.channels), shift = numbers(a.channels);
    const auto score = [&](int p, int i, int column) { return h.score(queries, keys, p, i, column); };
    Values y = formulas::image_to_tokens(a, ts::kHeads, x, score, key_bias, values, bias);
    y = formulas::affine(formulas::norm(y, a.channels, 1e-5), scale, shift);
    check("heads to tokens", TsHeadsToTokens, y, kAttentionTolerance, {a.prompts, a.cells, a.channels},
          array(x, {1, a.cells, a.channels}), array(queries, {a.cells, width}), packed_each(keys, a.prompts, a.columns),
          array(key_bias, {a.prompts, a.columns}), depth_packed(a, values), array(bias, {a.channels}),
          array(scale, {a.channels}), array(shift, {a.channels}));
}

void masks() {
    const int prompts = any(1, 3), grid = any(1, 9), channels = 32 * any(1, 3), count = any(1, 4);
    const int width = 32 * any(1, 2), depth = 32 * any(1, 2), side = 4 * grid;
    const Values x = numbers(static_cast<size_t>(prompts) * grid * grid * channels);
    const Values first = numbers(4 * width * channels, 0.1), b1 = numbers(4 * width);
    const Values scale = numbers(width), shift = numbers(width);
    const Values second = numbers(4 * depth * width, 0.1), b2 = numbers(4 * depth);
    const Values weights = numbers(static_cast<size_t>(prompts) * count * depth, 0.1);
    Values y = formulas::spread(formulas::dense(x, first, b1, channels, 4 * width), grid, 4 * width);
    y = formulas::each(formulas::affine(formulas::norm(y, width, 1e-6), scale, shift), formulas::gelu);
    y = formulas::spread(formulas::dense(y, second, b2, width, 4 * depth), 2 * grid, 4 * depth);
    y = formulas::each(y, formulas::gelu);
    Values logits;
    for (int p = 0; p < prompts; ++p) {
        const auto pixels = y.begin() + static_cast<ptrdiff_t>(p) * side * side * depth;
        const auto own = weights.begin() + static_cast<ptrdiff_t>(p) * count * depth;
        const Values products = formulas::dense({pixels, pixels + static_cast<ptrdiff_t>(side) * side * depth},
                                                {own, own + count * depth}, {}, depth, count);
        const Values planes = formulas::transposed(products, count);
        logits.insert(logits.end(), planes.begin(), planes.end());
    }
    check("masks", TsMasks, logits, kTolerance, {prompts, count, side, side},
          array(x, {prompts, grid * grid, channels}), packed(first, 4 * width), array(b1, {4 * width}),
          array(scale, {width}), array(shift, {width}), packed(second, 4 * depth), array(b2, {4 * depth}),
          array(weights, {prompts, count, depth}));
}

void mask_prompt() {
    constexpr int kInner = ts::MaskPrompt::kInner, kWidth = ts::MaskPrompt::kWidth;
    const int prompts = any(1, 3), grid = any(1, 12), channels = 32 * any(1, 3), side = 4 * grid;
    const Values x = numbers(static_cast<size_t>(grid) * grid * channels);
    const Values logits = numbers(static_cast<size_t>(prompts) * side * side, 5.0);
    const Values first = numbers(kInner * 4), b1 = numbers(kInner), s1 = numbers(kInner), t1 = numbers(kInner);
    const Values second = numbers(kWidth * 4 * kInner, 0.25), b2 = numbers(kWidth), s2 = numbers(kWidth);
    const Values t2 = numbers(kWidth), widen = numbers(channels * kWidth, 0.25), b3 = numbers(channels);
    Values y = formulas::dense(formulas::gathered(logits, side, 1), first, b1, 4, kInner);
    y = formulas::each(formulas::affine(formulas::norm(y, kInner, 1e-6), s1, t1), formulas::gelu);
    y = formulas::dense(formulas::gathered(y, side / 2, kInner), second, b2, 4 * kInner, kWidth);
    y = formulas::each(formulas::affine(formulas::norm(y, kWidth, 1e-6), s2, t2), formulas::gelu);
    y = formulas::dense(y, widen, b3, kWidth, channels);
    for (size_t i = 0; i < y.size(); ++i) y[i] += x[i % x.size()];
    check("mask prompt", TsMaskPrompt, y, kQuartersTolerance, {prompts, grid * grid, channels},
          array(x, {1, grid * grid, channels}), array(logits, {prompts, side, side}), array(first, {kInner, 4}),
          array(b1, {kInner}), array(s1, {kInner}), array(t1, {kInner}), array(second, {kWidth, 4 * kInner}),
          array(b2, {kWidth}), array(s2, {kWidth}), array(t2, {kWidth}), packed(widen, channels),
          array(b3, {channels}));
}

}  // namespace
