// The decoder's kernels on random sizes, against the plain formulas.
#pragma once

#include "decoder_formulas.h"
#include "fuzz.h"

extern "C" Kernel TsDense, TsDenseRelu, TsDenseNorm, TsMaskPrompt, TsTokensToImage, TsImageToTokens, TsMasks;

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

// (prompts, used, depth) as packed columns, filled up with zeros to whole panels.
Array columns_packed(const Values& values, int prompts, int used, int columns) {
    const size_t depth = values.size() / prompts / used;
    Values filled(static_cast<size_t>(prompts) * columns * depth, 0.0);
    for (int p = 0; p < prompts; ++p)
        std::copy_n(values.begin() + p * used * depth, used * depth, filled.begin() + p * columns * depth);
    return packed_each(filled, prompts, columns);
}

// Some prompts that share their cells' states, or each with its own.
formulas::Attention any_attention() {
    formulas::Attention a{};
    a.heads = ts::kHeads, a.prompts = any(1, 3), a.states = any(0, 1) ? 1 : a.prompts;
    a.cells = any(1, 420), a.depth = 8 * any(1, 3), a.state_depth = any(0, 9) ? any(1, 70) : any(380, 400);
    a.columns = ts::kHeads * any(1, 12);
    return a;
}

int filled_up(int columns) {
    const int panel = tested::table.panel;
    return (columns + panel - 1) / panel * panel;
}

Values any_state(const formulas::Attention& a) {
    return numbers(static_cast<size_t>(a.states) * a.cells * a.state_depth);
}

void tokens_to_image() {
    formulas::Attention a = any_attention();
    const int width = a.depth * a.heads;
    a.columns = filled_up(a.columns);
    const Values state = any_state(a), keys = numbers(static_cast<size_t>(a.cells) * width);
    const Values places = numbers(keys.size()), values = numbers(keys.size());
    const size_t columns = static_cast<size_t>(a.prompts) * a.columns;
    const Values queries = numbers(columns * a.depth, 2.0), shares = numbers(columns * a.state_depth, 0.2);
    check("tokens to image", TsTokensToImage,
          formulas::tokens_to_image(a, state, keys, places, values, queries, shares), kAttentionTolerance,
          {a.prompts, a.depth + a.state_depth, a.columns}, array(state, {a.states, a.cells, a.state_depth}),
          array(keys, {a.cells, width}), array(places, {a.cells, width}), array(values, {a.cells, width}),
          packed_each(queries, a.prompts, a.columns), packed_each(shares, a.prompts, a.columns));
}

void image_to_tokens() {
    const formulas::Attention a = any_attention();
    const int width = a.depth * a.heads, channels = 32 * any(1, 3), filled = filled_up(a.columns);
    const int depth = a.state_depth + a.columns;
    const Values state = any_state(a), queries = numbers(static_cast<size_t>(a.cells) * width);
    const Values places = numbers(queries.size()), image = numbers(static_cast<size_t>(a.cells) * channels);
    const size_t columns = static_cast<size_t>(a.prompts) * a.columns;
    const Values keys = numbers(columns * a.depth, 2.0), shares = numbers(columns * a.state_depth, 0.2);
    const Values rows = numbers(static_cast<size_t>(a.prompts) * channels * depth);
    check("image to tokens", TsImageToTokens,
          formulas::image_to_tokens(a, a.columns, channels, state, queries, places, image, keys, shares, rows),
          kAttentionTolerance, {a.prompts, a.cells, depth}, array(state, {a.states, a.cells, a.state_depth}),
          array(queries, {a.cells, width}), array(places, {a.cells, width}), array(image, {a.cells, channels}),
          columns_packed(keys, a.prompts, a.columns, filled), columns_packed(shares, a.prompts, a.columns, filled),
          packed_each(rows, a.prompts, channels));
}

void masks() {
    const int prompts = any(1, 3), grid = any(1, 9), cells = grid * grid, count = any(1, 4);
    const int state_depth = any(0, 9) ? any(1, 130) : any(380, 400);
    const int width = 32 * any(1, 5), depth = 32 * any(1, 2), side = 4 * grid;
    const Values state = numbers(static_cast<size_t>(prompts) * cells * state_depth);
    const Values image = numbers(static_cast<size_t>(cells) * 4 * width);
    const Values rows = numbers(static_cast<size_t>(prompts) * 4 * width * state_depth, 0.1), b1 = numbers(4 * width);
    const Values scale = numbers(width), shift = numbers(width);
    const Values second = numbers(4 * depth * width, 0.1), b2 = numbers(4 * depth);
    const Values weights = numbers(static_cast<size_t>(prompts) * count * depth, 0.1);
    Values y;
    for (int p = 0; p < prompts; ++p) {
        const auto own = state.begin() + static_cast<ptrdiff_t>(p) * cells * state_depth;
        const auto own_rows = rows.begin() + static_cast<ptrdiff_t>(p) * 4 * width * state_depth;
        Values part = formulas::dense({own, own + cells * state_depth},
                                      {own_rows, own_rows + 4 * width * state_depth}, b1, state_depth, 4 * width);
        for (size_t i = 0; i < part.size(); ++i) part[i] += own[i / (4 * width) * state_depth] * image[i];
        y.insert(y.end(), part.begin(), part.end());
    }
    y = formulas::spread(y, grid, 4 * width);
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
          array(state, {prompts, cells, state_depth}), array(image, {cells, 4 * width}), packed_each(rows, prompts, 4 * width), array(b1, {4 * width}),
          array(scale, {width}), array(shift, {width}), packed(second, 4 * depth), array(b2, {4 * depth}),
          array(weights, {prompts, count, depth}));
}

void mask_prompt() {
    constexpr int kInner = ts::MaskPrompt::kInner, kWidth = ts::MaskPrompt::kWidth;
    const int prompts = any(1, 3), grid = any(1, 12), side = 4 * grid;
    const Values logits = numbers(static_cast<size_t>(prompts) * side * side, 5.0);
    const Values first = numbers(kInner * 4), b1 = numbers(kInner), s1 = numbers(kInner), t1 = numbers(kInner);
    const Values second = numbers(kWidth * 4 * kInner, 0.25), b2 = numbers(kWidth), s2 = numbers(kWidth);
    const Values t2 = numbers(kWidth);
    Values y = formulas::dense(formulas::gathered(logits, side, 1), first, b1, 4, kInner);
    y = formulas::each(formulas::affine(formulas::norm(y, kInner, 1e-6), s1, t1), formulas::gelu);
    y = formulas::dense(formulas::gathered(y, side / 2, kInner), second, b2, 4 * kInner, kWidth);
    y = formulas::each(formulas::affine(formulas::norm(y, kWidth, 1e-6), s2, t2), formulas::gelu);
    Values states;
    for (size_t i = 0; i < y.size(); ++i) {
        if (i % kWidth == 0) states.push_back(1.0);
        states.push_back(y[i]);
    }
    check("mask prompt", TsMaskPrompt, states, kQuartersTolerance, {prompts, grid * grid, 1 + kWidth},
          array(logits, {prompts, side, side}), array(first, {kInner, 4}), array(b1, {kInner}), array(s1, {kInner}),
          array(t1, {kInner}), array(second, {kWidth, 4 * kInner}), array(b2, {kWidth}), array(s2, {kWidth}),
          array(t2, {kWidth}));
}

}  // namespace
