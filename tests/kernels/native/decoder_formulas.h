// The decoder's kernels in double, one loop after the other. Prompts are the slowest axis; weights are not packed.
#pragma once

#include "formulas.h"

namespace formulas {

// Cells with `states` sets of states, one for all prompts or one for each, that are scale * (cells, depth, heads) +
// places, against columns of (prompts, columns, depth), a column being token * heads + head. Of a state the first number
// is the scale.
struct Attention {
    int heads, prompts, states, cells, depth, state_depth, columns;

    double state(const Values& state_, int prompt, int cell, int i) const {
        return state_[(static_cast<size_t>(states == 1 ? 0 : prompt) * cells + cell) * state_depth + i];
    }
    double at(const Values& x, int cell, int d, int column) const {
        return x[(static_cast<size_t>(cell) * depth + d) * heads + column % heads];
    }
    double score(const Values& state_, const Values& x, const Values& places, const Values& packed,
                 const Values& shares, int prompt, int cell, int column) const {
        const size_t own = static_cast<size_t>(prompt) * columns + column;
        double sum = 0.0;
        for (int d = 0; d < depth; ++d)
            sum += (state(state_, prompt, cell, 0) * at(x, cell, d, column) + at(places, cell, d, column)) *
                   packed[own * depth + d];
        for (int i = 0; i < state_depth; ++i) sum += state(state_, prompt, cell, i) * shares[own * state_depth + i];
        return sum;
    }
};

inline void softmax(Values& v) {
    double top = -1e300, total = 0.0;
    for (double s : v) top = std::max(top, s);
    for (double& s : v) total += s = std::exp(s - top);
    for (double& s : v) s /= total;
}

// -> (prompts, depth + state_depth, columns)
inline Values tokens_to_image(const Attention& a, const Values& state, const Values& keys, const Values& places,
                              const Values& values, const Values& queries, const Values& shares) {
    const int rows = a.depth + a.state_depth;
    Values y(static_cast<size_t>(a.prompts) * rows * a.columns, 0.0);
    for (int p = 0; p < a.prompts; ++p) {
        for (int column = 0; column < a.columns; ++column) {
            Values weights(a.cells);
            for (int i = 0; i < a.cells; ++i) weights[i] = a.score(state, keys, places, queries, shares, p, i, column);
            softmax(weights);
            for (int r = 0; r < rows; ++r) {
                double& sum = y[(static_cast<size_t>(p) * rows + r) * a.columns + column];
                for (int i = 0; i < a.cells; ++i) {
                    const double value = r < a.depth ? a.state(state, p, i, 0) * a.at(values, i, r, column)
                                                     : a.state(state, p, i, r - a.depth);
                    sum += weights[i] * value;
                }
            }
        }
    }
    return y;
}

// The new states, `used` numbers longer: rows are (prompts, channels, state_depth + used), the image (cells, channels).
// -> (prompts, cells, state_depth + used)
inline Values image_to_tokens(const Attention& a, int used, int channels, const Values& state, const Values& queries,
                              const Values& places, const Values& image, const Values& keys, const Values& shares,
                              const Values& rows) {
    const int depth = a.state_depth + used;
    Values y(static_cast<size_t>(a.prompts) * a.cells * depth);
    for (int p = 0; p < a.prompts; ++p) {
        for (int i = 0; i < a.cells; ++i) {
            double* const out = &y[(static_cast<size_t>(p) * a.cells + i) * depth];
            for (int s = 0; s < a.state_depth; ++s) out[s] = a.state(state, p, i, s);
            for (int head = 0; head < a.heads; ++head) {
                Values weights(used / a.heads);
                for (size_t t = 0; t < weights.size(); ++t) {
                    const int column = static_cast<int>(t) * a.heads + head;
                    weights[t] = a.score(state, queries, places, keys, shares, p, i, column);
                }
                softmax(weights);
                for (size_t t = 0; t < weights.size(); ++t) out[a.state_depth + t * a.heads + head] = weights[t];
            }
            double squares = 0.0;
            for (int c = 0; c < channels; ++c) {
                double sum = out[0] * image[static_cast<size_t>(i) * channels + c];
                for (int s = 0; s < depth; ++s)
                    sum += out[s] * rows[(static_cast<size_t>(p) * channels + c) * depth + s];
                squares += sum * sum;
            }
            for (int s = 0; s < depth; ++s) out[s] /= std::sqrt(squares / channels + 1e-5);
        }
    }
    return y;
}

// Cells whose `depth` channels each became 2 x 2 x out/4: (prompts, side, side, out) -> (prompts, 2 side, 2 side,
// out/4)
inline Values spread(const Values& x, int side, int out) {
    const int depth = out / 4;
    Values y(x.size());
    for (size_t cell = 0; cell < x.size() / out; ++cell) {
        const size_t prompt = cell / (static_cast<size_t>(side) * side);
        const size_t row = cell / side % side, column = cell % side;
        for (int i = 0; i < out; ++i) {
            const size_t to_row = 2 * row + i / depth / 2, to_column = 2 * column + i / depth % 2;
            y[((prompt * 2 * side + to_row) * 2 * side + to_column) * depth + i % depth] = x[cell * out + i];
        }
    }
    return y;
}

// The opposite: 2 x 2 pixels side by side in the channels of one.
inline Values gathered(const Values& x, int side, int channels) {
    Values y(x.size());
    const size_t half = side / 2;
    for (size_t pixel = 0; pixel < x.size() / channels; ++pixel) {
        const size_t prompt = pixel / (static_cast<size_t>(side) * side);
        const size_t row = pixel / side % side, column = pixel % side;
        const size_t cell = (prompt * half + row / 2) * half + column / 2, quarter = row % 2 * 2 + column % 2;
        for (int c = 0; c < channels; ++c) y[(cell * 4 + quarter) * channels + c] = x[pixel * channels + c];
    }
    return y;
}

}  // namespace formulas
