// Dense layers of a few rows, the decoder's tokens: the weights are what takes the time, so they are what is shared
// out.
#pragma once

#include "gemm.h"
#include "kernels.h"
#include "pool.h"

namespace TS_ISA {
namespace dense {

constexpr int kRows = 96;           // of a block
constexpr int kNormRows = 24;       // of a block where a norm needs whole rows, which leaves nothing else to share out
constexpr int kProducts = 1 << 22;  // multiply-adds of an item at least: some 100 microseconds, a few hand-overs
constexpr float kEpsilon = 1e-5f;

struct Plan {
    ts::Dense args;
    int rows, outputs;  // of an item
    int across;         // items next to each other
};

static Plan plan(const ts::Dense& a) {
    if (a.residual) return {a, kNormRows, a.outputs, 1};
    const ptrdiff_t panel_products = static_cast<ptrdiff_t>(least(a.rows, kRows)) * a.depth * kPanel;
    const ptrdiff_t panels = (kProducts + panel_products - 1) / panel_products;
    const int outputs = panels < a.outputs / kPanel ? static_cast<int>(panels) * kPanel : a.outputs;
    return {a, kRows, outputs, ceil_div(a.outputs, outputs)};
}

static void item(const void* context, int index, float*) {
    const Plan& p = *static_cast<const Plan*>(context);
    const ts::Dense& a = p.args;
    const int row = index / p.across * p.rows, begin = index % p.across * p.outputs;
    const int rows = least(p.rows, a.rows - row), outputs = least(p.outputs, a.outputs - begin);
    const ptrdiff_t offset = static_cast<ptrdiff_t>(row) * a.outputs + begin;
    multiply<Activation::kNone>(
        matrix(a.x + static_cast<ptrdiff_t>(row) * a.depth, a.depth, a.depth), rows,
        a.weight + static_cast<ptrdiff_t>(begin) * a.depth, outputs,
        {a.y + offset, a.outputs, a.bias + begin, a.residual ? a.residual + offset : nullptr, a.outputs});
    for (int i = 0; i < rows; ++i) {
        float* const y = a.y + offset + static_cast<ptrdiff_t>(i) * a.outputs;
        if (a.residual) {
            scaled_norm(y, outputs, kEpsilon, a.scale, a.shift, y);
        } else if (a.relu) {
            for (int n = 0; n < outputs; n += kLanes) store(y + n, max(splat(0.0f), load(y + n)));
        }
    }
}

static bool run(const ts::Dense& args) {
    const Plan p = plan(args);
    const int items = p.across * ceil_div(args.rows, p.rows);
    if (items > 1) return ts::run(items, 0, item, &p);
    item(&p, 0, nullptr);
    return true;
}

}  // namespace dense
}  // namespace TS_ISA
