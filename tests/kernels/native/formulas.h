// The kernels' functions in double, one loop after the other. Weights are not packed here: out x (ky, kx) x in.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <vector>

namespace formulas {

using Values = std::vector<double>;

inline double gelu(double x) { return 0.5 * x * (1 + std::erf(x / std::sqrt(2.0))); }

// pixels x in -> pixels x out; bias may be empty.
inline Values dense(const Values& x, const Values& weight, const Values& bias, int in, int out) {
    const int pixels = static_cast<int>(x.size()) / in;
    Values y(static_cast<size_t>(pixels) * out);
    for (int p = 0; p < pixels; ++p) {
        for (int o = 0; o < out; ++o) {
            double sum = bias.empty() ? 0.0 : bias[o];
            for (int i = 0; i < in; ++i) sum += x[p * in + i] * weight[o * in + i];
            y[p * out + o] = sum;
        }
    }
    return y;
}

// A 3 x 3 convolution, padded by one. `out` 0 means depthwise, with a weight (ky, kx) x in.
inline Values conv(const Values& x, const Values& weight, const Values& bias, int height, int width, int in, int out,
                   int stride) {
    const int rows = (height - 1) / stride + 1, columns = (width - 1) / stride + 1, channels = out ? out : in;
    Values y(static_cast<size_t>(rows) * columns * channels);
    for (int oy = 0; oy < rows; ++oy) {
        for (int ox = 0; ox < columns; ++ox) {
            for (int o = 0; o < channels; ++o) {
                double sum = bias.empty() ? 0.0 : bias[o];
                for (int ky = 0; ky < 3; ++ky) {
                    for (int kx = 0; kx < 3; ++kx) {
                        const int iy = oy * stride + ky - 1, ix = ox * stride + kx - 1;
                        if (iy < 0 || iy >= height || ix < 0 || ix >= width) continue;
                        const double* pixel = &x[(static_cast<size_t>(iy) * width + ix) * in];
                        const int tap = ky * 3 + kx;
                        if (!out) {
                            sum += pixel[o] * weight[tap * in + o];
                        } else {
                            for (int i = 0; i < in; ++i) sum += pixel[i] * weight[(o * 9 + tap) * in + i];
                        }
                    }
                }
                y[(static_cast<size_t>(oy) * columns + ox) * channels + o] = sum;
            }
        }
    }
    return y;
}

inline Values each(Values x, double (*f)(double)) {
    for (double& v : x) v = f(v);
    return x;
}

inline Values plus(Values x, const Values& y) {
    for (size_t i = 0; i < x.size(); ++i) x[i] += y[i];
    return x;
}

inline Values norm(Values x, int channels, double epsilon) {
    for (size_t p = 0; p < x.size(); p += channels) {
        double mean = 0.0, variance = 0.0;
        for (int c = 0; c < channels; ++c) mean += x[p + c] / channels;
        for (int c = 0; c < channels; ++c) variance += (x[p + c] - mean) * (x[p + c] - mean) / channels;
        for (int c = 0; c < channels; ++c) x[p + c] = (x[p + c] - mean) / std::sqrt(variance + epsilon);
    }
    return x;
}

inline Values affine(Values x, const Values& scale, const Values& shift) {
    for (size_t i = 0; i < x.size(); ++i) x[i] = x[i] * scale[i % scale.size()] + shift[i % scale.size()];
    return x;
}

// (pixels, channels) <-> (channels, pixels)
inline Values transposed(const Values& x, int inner) {
    const size_t outer = x.size() / inner;
    Values y(x.size());
    for (size_t i = 0; i < outer; ++i) {
        for (int j = 0; j < inner; ++j) y[j * outer + i] = x[i * inner + j];
    }
    return y;
}

// Attention in windows, projections included; position is (heads, window^2, window^2).
inline Values attention(const Values& x, const Values& qkv, const Values& qkv_bias, const Values& position, int height,
                        int width, int heads, int window) {
    const int channels = heads * 32, area = window * window;
    Values mixed(x.size());
    for (int top = 0; top < height; top += window) {
        for (int left = 0; left < width; left += window) {
            Values tokens(static_cast<size_t>(area) * channels, 0.0);
            const auto pixel = [&](int t) -> ptrdiff_t {
                const int y = top + t / window, x = left + t % window;
                return y < height && x < width ? (static_cast<ptrdiff_t>(y) * width + x) * channels : -1;
            };
            for (int t = 0; t < area; ++t) {
                for (int c = 0; c < channels && pixel(t) >= 0; ++c) tokens[t * channels + c] = x[pixel(t) + c];
            }
            const Values all = dense(norm(tokens, channels, 1e-5), qkv, qkv_bias, channels, 3 * channels);
            for (int h = 0; h < heads; ++h) {
                const auto part = [&](int t, int which) { return &all[(t * heads + h) * 96 + which * 32]; };
                for (int q = 0; q < area; ++q) {
                    if (pixel(q) < 0) continue;
                    Values weight(area);
                    double total = 0.0, top_score = -1e300;
                    for (int k = 0; k < area; ++k) {
                        weight[k] = position[(static_cast<size_t>(h) * area + q) * area + k];
                        for (int d = 0; d < 32; ++d) weight[k] += part(q, 0)[d] * part(k, 1)[d];
                        top_score = std::max(top_score, weight[k]);
                    }
                    for (double& w : weight) total += w = std::exp(w - top_score);
                    for (int d = 0; d < 32; ++d) {
                        double sum = 0.0;
                        for (int k = 0; k < area; ++k) sum += weight[k] / total * part(k, 2)[d];
                        mixed[pixel(q) + h * 32 + d] = sum;
                    }
                }
            }
        }
    }
    return mixed;
}

}  // namespace formulas
