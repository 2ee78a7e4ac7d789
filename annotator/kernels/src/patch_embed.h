// The two strided convolutions at the start of the encoder, fused row by row.
#pragma once

#include "gemm.h"
#include "kernels.h"
#include "pool.h"
#include "rows.h"

namespace TS_ISA {
namespace patch_embed {

constexpr int kColumns = 64;
constexpr int kImageChannels = 3;

struct Plan {
    ts::PatchEmbed args;
    int out_height, out_width;
    int columns, strips;
    int rows, bands;
};

static Plan plan(const ts::PatchEmbed& args) {
    Plan p{args, args.height / 4, args.width / 4, 0, 0, 0, 0};
    p.columns = least(p.out_width, kColumns);
    p.strips = ceil_div(p.out_width, p.columns);
    p.bands = most(1, least(p.out_height / 8, ceil_div(8 * ts::threads(), p.strips)));
    p.rows = ceil_div(p.out_height, p.bands);
    p.bands = ceil_div(p.out_height, p.rows);
    return p;
}

static int hidden_columns(const Plan& p) { return 2 * p.columns + 1; }
static int image_columns(const Plan& p) { return 2 * hidden_columns(p) + 1; }

static void item(const void* context, int index, float* scratch) {
    const Plan& p = *static_cast<const Plan*>(context);
    const ts::PatchEmbed& a = p.args;
    const int x = index % p.strips * p.columns, y = index / p.strips * p.rows;
    const int count = least(p.columns, p.out_width - x), end = least(p.out_height, y + p.rows);
    const Columns columns = columns_under(x, count, 2, a.width / 2);
    const int hidden_count = columns.inside_end - columns.inside_first;
    const Columns pixel_columns = columns_under(columns.inside_first, hidden_count, 2, a.width);
    RowRing hidden(scratch, columns, a.hidden, a.height / 2);
    RowRing pixels(scratch + RowRing::size(hidden_columns(p), a.hidden), pixel_columns, kImageChannels, a.height);

    const auto interleave = [&](int row, float* inside) {
        const float* plane = a.image + static_cast<ptrdiff_t>(row) * a.width;
        for (int c = 0; c < kImageChannels; ++c, plane += static_cast<ptrdiff_t>(a.height) * a.width) {
            for (int i = pixel_columns.inside_first; i < pixel_columns.inside_end; ++i) {
                inside[(i - pixel_columns.inside_first) * kImageChannels + c] = plane[i];
            }
        }
    };
    const auto convolve = [&](int row, float* inside) {
        Rows rows{{}, 3 * kImageChannels, 2 * kImageChannels};
        pixels.provide(2 * row - 1, interleave, rows.segment);
        multiply<Activation::kGelu, 3>(rows, hidden_count, a.first, a.hidden,
                                       {inside, a.hidden, a.first_bias, nullptr, 0});
    };
    hidden.start(2 * y - 1);
    pixels.start(2 * most(0, 2 * y - 1) - 1);
    for (int row = y; row < end; ++row) {
        Rows rows{{}, 3 * a.hidden, 2 * static_cast<ptrdiff_t>(a.hidden)};
        hidden.provide(2 * row - 1, convolve, rows.segment);
        float* out = a.y + (static_cast<ptrdiff_t>(row) * p.out_width + x) * a.outputs;
        multiply<Activation::kNone, 3>(rows, count, a.second, a.outputs, {out, a.outputs, a.second_bias, nullptr, 0});
    }
}

static bool run(const ts::PatchEmbed& args) {
    const Plan p = plan(args);
    const ptrdiff_t scratch =
        RowRing::size(hidden_columns(p), args.hidden) + RowRing::size(image_columns(p), kImageChannels);
    return ts::run(p.strips * p.bands, static_cast<size_t>(scratch), item, &p);
}

}  // namespace patch_embed
}  // namespace TS_ISA
