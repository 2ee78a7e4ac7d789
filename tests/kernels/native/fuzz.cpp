// Runs every kernel on random sizes, in buffers of exactly the right length, and compares with the plain formulas.
//
//     fuzz ROUNDS SEED
//
// Meant to be built with sanitizers, or for another processor. Linked with entry.cpp, pool.cpp and one kernels.cpp
// built as TS_ISA=tested; it stands in for dispatch.cpp. Prints the largest difference, and ends with 1 when something
// was wrong.
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "dispatch.h"
#include "formulas.h"

namespace tested {
extern const ts::Table table;
}

namespace ts {
const Table& table() { return tested::table; }
bool select(const char*) { return false; }
}  // namespace ts

using Kernel = int(int, void**, int*, int64_t**, const char**, void*, void*);
extern "C" Kernel TsPatchEmbed, TsMbConv, TsPatchMerging1, TsPatchMerging2, TsWindowAttention, TsConvMlp, TsNeck;
extern "C" int ts_set_threads(int);

namespace {

using formulas::Values;

constexpr double kTolerance = 1e-4;
constexpr float kMark = 12345.0f;

std::mt19937 random_engine;

int any(int low, int high) { return std::uniform_int_distribution<int>(low, high)(random_engine); }

Values numbers(size_t count, double scale = 1.0) {
    std::normal_distribution<float> normal;
    Values values(count);
    for (double& v : values) v = static_cast<float>(normal(random_engine) * static_cast<float>(scale));
    return values;
}

struct Array {
    std::unique_ptr<float[]> data;
    std::vector<int64_t> shape;
};

Array array(const Values& values, std::vector<int64_t> shape) {
    Array a{std::unique_ptr<float[]>(new float[values.size()]), std::move(shape)};
    for (size_t i = 0; i < values.size(); ++i) a.data[i] = static_cast<float>(values[i]);
    return a;
}

Array packed(const Values& weight, int out) {
    const int panel = tested::table.panel, in = static_cast<int>(weight.size()) / out;
    Values panels(weight.size());
    for (int o = 0; o < out; ++o) {
        for (int i = 0; i < in; ++i)
            panels[(static_cast<size_t>(o / panel) * in + i) * panel + o % panel] = weight[o * in + i];
    }
    return array(panels, {out / panel, in, panel});
}

double worst = 0.0;
bool failed = false;

void complain(const char* name, const char* what) {
    std::printf("%s: %s\n", name, what);
    failed = true;
}

// Calls the kernel; the last of `shape` belongs to its output.
int call(Kernel& kernel, std::vector<Array>& arrays) {
    std::vector<void*> data;
    std::vector<int> ranks;
    std::vector<int64_t*> shapes;
    std::vector<const char*> types(arrays.size(), "float32");
    for (Array& a : arrays) {
        data.push_back(a.data.get());
        ranks.push_back(static_cast<int>(a.shape.size()));
        shapes.push_back(a.shape.data());
    }
    return kernel(static_cast<int>(arrays.size()), data.data(), ranks.data(), shapes.data(), types.data(), nullptr,
                  nullptr);
}

template <typename... Inputs>
void check(const char* name, Kernel& kernel, const Values& expected, std::vector<int64_t> shape, Inputs... inputs) {
    std::vector<Array> arrays;
    (arrays.push_back(std::move(inputs)), ...);
    arrays.push_back(array(Values(expected.size(), kMark), std::move(shape)));
    if (call(kernel, arrays) != 0) return complain(name, "refused good arguments");
    for (size_t i = 0; i < expected.size(); ++i) {
        const double difference = std::fabs(arrays.back().data[i] - expected[i]);
        if (!(difference <= kTolerance)) return complain(name, "a wrong result");
        worst = std::max(worst, difference);
    }
    // One size of one argument off by one, or an argument missing, must be noticed. (A larger activation can fit too:
    // two heights have the same half.)
    std::vector<int64_t>& spoilt = arrays[any(1, static_cast<int>(arrays.size()) - 1)].shape;
    ++spoilt[any(0, static_cast<int>(spoilt.size()) - 1)];
    if (call(kernel, arrays) != 1) complain(name, "accepted a wrong shape");
    arrays.pop_back();
    if (call(kernel, arrays) != 1) complain(name, "accepted too few arguments");
}

void patch_embed() {
    const int h = any(1, 9), w = any(1, 40), hidden = 32 * any(1, 2), out = 32 * any(1, 2);
    const Values image = numbers(static_cast<size_t>(h) * w * 48), first = numbers(hidden * 27, 0.2);
    const Values second = numbers(static_cast<size_t>(out) * 9 * hidden, 0.06), b1 = numbers(hidden), b2 = numbers(out);
    const Values y = formulas::each(formulas::conv(image, first, b1, 4 * h, 4 * w, 3, hidden, 2), formulas::gelu);
    check("patch embed", TsPatchEmbed, formulas::conv(y, second, b2, 2 * h, 2 * w, hidden, out, 2), {h, w, out},
          array(formulas::transposed(image, 3), {3, 4 * h, 4 * w}), packed(first, hidden), array(b1, {hidden}),
          packed(second, out), array(b2, {out}));
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
    check("bottleneck", kernel, y, {rows, columns, out}, array(x, {h, w, in}), packed(expand, hidden),
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
          formulas::plus(formulas::dense(mixed, project, bias, channels, channels), x), {h, w, channels},
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
    check("conv mlp", TsConvMlp, formulas::plus(formulas::dense(inner, project, b3, hidden, channels), z),
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
    check("neck", TsNeck, formulas::transposed(formulas::affine(y, s3, s4), out), {out, h, w}, array(x, {h, w, in}),
          packed(reduce, out), array(s1, {out}), array(s2, {out}), packed(mix, out), array(s3, {out}),
          array(s4, {out}));
}

// Two callers at once, for the thread sanitizer; results are checked elsewhere.
void callers() {
    const int channels = 32;
    const auto work = [] {
        for (int i = 0; i < 20; ++i) {
            std::vector<Array> arrays;
            const auto zeros = [](std::vector<int64_t> shape) {
                size_t size = 1;
                for (int64_t s : shape) size *= static_cast<size_t>(s);
                return array(Values(size, 0.0), std::move(shape));
            };
            arrays.push_back(zeros({30, 30, channels}));
            arrays.push_back(zeros({3, 3, channels}));
            arrays.push_back(zeros({channels}));
            arrays.push_back(zeros({channels / tested::table.panel, channels, tested::table.panel}));
            arrays.push_back(zeros({channels}));
            arrays.push_back(zeros({channels / tested::table.panel, channels, tested::table.panel}));
            arrays.push_back(zeros({channels}));
            arrays.push_back(zeros({30, 30, channels}));
            call(TsConvMlp, arrays);
        }
    };
    std::thread first(work), second(work);
    first.join();
    second.join();
}

}  // namespace

int main(int count, char** words) {
    if (count != 3) {
        std::fprintf(stderr, "usage: fuzz ROUNDS SEED\n");
        return 2;
    }
    random_engine.seed(static_cast<unsigned>(std::stoul(words[2])));
    for (int round = 0, rounds = std::atoi(words[1]); round < rounds && !failed; ++round) {
        ts_set_threads(any(1, 3));
        patch_embed();
        bottleneck(1, true);
        bottleneck(1, false);
        bottleneck(2, false);
        window_attention();
        conv_mlp();
        neck();
        callers();
    }
    std::printf("largest difference %.2g\n", worst);
    return failed ? 1 : 0;
}
