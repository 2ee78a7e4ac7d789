// Attention inside windows: norm, projections, softmax and residual of a few windows at a time, all in cache.
#pragma once

#include "gemm.h"
#include "kernels.h"
#include "pool.h"

namespace TS_ISA {
namespace window_attention {

constexpr int kHead = 32;     // channels of a head
constexpr int kPixels = 196;  // about as many as keep one item's matrices in 512 KB
constexpr int kQueries = 48;  // whose scores are computed together
constexpr float kEpsilon = 1e-5f;

struct Plan {
    ts::WindowAttention args;
    int across, down;  // windows
    int group;         // windows per item
    int area;          // pixels of a window
    int scores;        // keys that are computed: a whole number of panels
};

static Plan plan(const ts::WindowAttention& a) {
    Plan p{a, ceil_div(a.width, a.window), ceil_div(a.height, a.window), 0, a.window * a.window, 0};
    p.group = most(1, kPixels / p.area);
    p.scores = ceil_div(p.area, kPanel) * kPanel;
    return p;
}

// The part of a window that lies in the image, and where its pixels are among the item's rows.
struct Window {
    int x, y, width, height;
    int first_row;
};

TS_INLINE Window window_at(const Plan& p, int index, int first_row) {
    const int x = index % p.across * p.args.window, y = index / p.across * p.args.window;
    return {x, y, least(p.args.window, p.args.width - x), least(p.args.window, p.args.height - y), first_row};
}

template <typename Visit>
static void for_each_pixel(const Plan& p, const Window& w, const Visit& visit) {
    int row = w.first_row;
    for (int y = 0; y < w.height; ++y) {
        ptrdiff_t pixel = (static_cast<ptrdiff_t>(w.y + y) * p.args.width + w.x) * p.args.channels;
        for (int x = 0; x < w.width; ++x, pixel += p.args.channels) visit(row++, pixel);
    }
}

// Keys transposed into score panels and values into output panels; pixels outside the image have the bias for both.
static void pack_keys_and_values(const Plan& p, const Window& w, const float* qkv, const float* bias, float* keys,
                                 float* values) {
    for (int key = 0; key < p.scores; ++key) {
        const int y = key / p.args.window, x = key % p.args.window;
        const bool inside = y < w.height && x < w.width;
        const float* row = inside ? qkv + static_cast<ptrdiff_t>(w.first_row + y * w.width + x) * 3 * kHead : bias;
        float* column = keys + static_cast<ptrdiff_t>(key / kPanel) * kHead * kPanel + key % kPanel;
        if (key >= p.area) {
            // Fills the last panel. Its scores are buried by the position bias, which must meet a finite number.
            for (int d = 0; d < kHead; ++d) column[d * kPanel] = 0.0f;
            continue;
        }
        for (int d = 0; d < kHead; ++d) column[d * kPanel] = row[kHead + d];
        for (int d = 0; d < kHead; d += kLanes) {
            store(values + (static_cast<ptrdiff_t>(d / kPanel) * p.area + key) * kPanel + d % kPanel,
                  load(row + 2 * kHead + d));
        }
    }
}

// Replace a row of scores by exp(score - largest); returns 1 / their sum.
static float soften(float* scores, int count) {
    vec top = load(scores);
    for (int i = kLanes; i < count; i += kLanes) top = max(top, load(scores + i));
    const vec shift = splat(largest(top));
    vec total = splat(0.0f);
    for (int i = 0; i < count; i += kLanes) {
        const vec e = exponential(sub(load(scores + i), shift));
        store(scores + i, e);
        total = add(total, e);
    }
    return 1.0f / sum(total);
}

// `count` queries from `row` on (at most kQueries), which are pixels query, query + 1, .. of their window.
static void attend(const Plan& p, const float* qkv, int row, int query, int count, const float* position,
                   const float* keys, const float* values, float* scores, float* mixed) {
    const float* queries = qkv + static_cast<ptrdiff_t>(row) * 3 * kHead;
    multiply<Activation::kNone>(
        matrix(queries, kHead, 3 * kHead), count, keys, p.scores,
        {scores, p.scores, nullptr, position + static_cast<ptrdiff_t>(query) * p.args.keys, p.args.keys});
    float scale[kQueries];
    for (int i = 0; i < count; ++i) scale[i] = soften(scores + i * p.scores, p.scores);
    float* out = mixed + static_cast<ptrdiff_t>(row) * p.args.channels;
    multiply<Activation::kNone>(matrix(scores, p.area, p.scores), count, values, kHead,
                                {out, p.args.channels, nullptr, nullptr, 0});
    for (int i = 0; i < count; ++i, out += p.args.channels) {
        for (int d = 0; d < kHead; d += kLanes) store(out + d, mul(load(out + d), splat(scale[i])));
    }
}

static void item(const void* context, int index, float* scratch) {
    const Plan& p = *static_cast<const Plan*>(context);
    const ts::WindowAttention& a = p.args;
    const ptrdiff_t most_rows = static_cast<ptrdiff_t>(p.group) * p.area;
    float* const normal = scratch;
    float* const mixed = normal + most_rows * a.channels;
    float* const qkv = mixed + most_rows * a.channels;
    float* const keys = qkv + most_rows * 3 * kHead;
    float* const values = keys + static_cast<ptrdiff_t>(p.scores) * kHead;
    float* const scores = values + static_cast<ptrdiff_t>(p.area) * kHead;

    const int first = index * p.group, end = least(first + p.group, p.across * p.down);
    int rows = 0;
    for (int i = first; i < end; ++i) {
        const Window w = window_at(p, i, rows);
        for_each_pixel(p, w, [&](int row, ptrdiff_t pixel) {
            normalize(a.x + pixel, a.channels, kEpsilon, normal + static_cast<ptrdiff_t>(row) * a.channels);
        });
        rows += w.width * w.height;
    }
    for (int head = 0; head < a.heads; ++head) {
        const ptrdiff_t output = static_cast<ptrdiff_t>(head) * 3 * kHead;
        const float* bias = a.qkv_bias + output;
        multiply<Activation::kNone>(matrix(normal, a.channels, a.channels), rows, a.qkv + output * a.channels,
                                    3 * kHead, {qkv, 3 * kHead, bias, nullptr, 0});
        const float* position = a.position + static_cast<ptrdiff_t>(head) * p.area * a.keys;
        for (int i = first, row = 0; i < end; ++i) {
            const Window w = window_at(p, i, row);
            pack_keys_and_values(p, w, qkv, bias, keys, values);
            // Only queries that follow each other in the window can share a block of the position bias.
            const bool whole = w.width == a.window;
            const int lines = whole ? 1 : w.height, length = whole ? w.width * w.height : w.width;
            for (int line = 0; line < lines; ++line) {
                for (int begin = 0; begin < length; begin += kQueries) {
                    attend(p, qkv, w.first_row + line * length + begin, line * a.window + begin,
                           least(kQueries, length - begin), position, keys, values, scores, mixed + head * kHead);
                }
            }
            row += w.width * w.height;
        }
    }
    float* const projected = normal;
    multiply<Activation::kNone>(matrix(mixed, a.channels, a.channels), rows, a.project, a.channels,
                                {projected, a.channels, a.project_bias, nullptr, 0});
    for (int i = first, row = 0; i < end; ++i) {
        const Window w = window_at(p, i, row);
        for_each_pixel(p, w, [&](int r, ptrdiff_t pixel) {
            const float* from = projected + static_cast<ptrdiff_t>(r) * a.channels;
            for (int c = 0; c < a.channels; c += kLanes)
                store(a.y + pixel + c, add(load(a.x + pixel + c), load(from + c)));
        });
        row += w.width * w.height;
    }
}

static bool run(const ts::WindowAttention& args) {
    const Plan p = plan(args);
    const ptrdiff_t rows = static_cast<ptrdiff_t>(p.group) * p.area;
    const ptrdiff_t scratch = rows * (2 * args.channels + 3 * kHead) + static_cast<ptrdiff_t>(p.scores) * kHead +
                              static_cast<ptrdiff_t>(p.area) * kHead + static_cast<ptrdiff_t>(kQueries) * p.scores;
    return ts::run(ceil_div(p.across * p.down, p.group), static_cast<size_t>(scratch), item, &p);
}

}  // namespace window_attention
}  // namespace TS_ISA
