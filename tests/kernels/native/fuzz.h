// What the fuzzers of all kernels share: random numbers, buffers of exactly the right length, and the check.
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "dispatch.h"
#include "formulas.h"

namespace tested {
extern const ts::Table table;
}

using Kernel = int(int, void**, int*, int64_t**, const char**, void*, void*);

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

// Calls the kernel; the last array is its output, or the first one is when it is done in place.
int call(Kernel& kernel, std::vector<Array>& arrays, bool in_place = false) {
    std::vector<void*> data;
    std::vector<int> ranks;
    std::vector<int64_t*> shapes;
    std::vector<const char*> types(arrays.size(), "float32");
    for (Array& a : arrays) {
        data.push_back(a.data.get());
        ranks.push_back(static_cast<int>(a.shape.size()));
        shapes.push_back(a.shape.data());
    }
    if (in_place) data.back() = data.front();
    return kernel(static_cast<int>(arrays.size()), data.data(), ranks.data(), shapes.data(), types.data(), nullptr,
                  nullptr);
}

// Whether these are the expected values; a number that is none is not.
bool agree(const Array& found, const Values& expected, double tolerance) {
    for (size_t i = 0; i < expected.size(); ++i) {
        const double difference = std::fabs(found.data[i] - expected[i]);
        if (!(difference <= tolerance)) return false;
        worst = std::max(worst, difference / tolerance);
    }
    return true;
}

// `shape` is the output's.
template <typename... Inputs>
void check(const char* name, Kernel& kernel, const Values& expected, double tolerance, std::vector<int64_t> shape,
           Inputs... inputs) {
    std::vector<Array> arrays;
    (arrays.push_back(std::move(inputs)), ...);
    arrays.push_back(array(Values(expected.size(), kMark), std::move(shape)));
    if (call(kernel, arrays) != 0) return complain(name, "refused good arguments");
    if (!agree(arrays.back(), expected, tolerance)) return complain(name, "a wrong result");
    // One size of one argument off by one, or an argument missing, must be noticed. (A larger activation can fit too:
    // two heights have the same half.)
    std::vector<int64_t>& spoilt = arrays[any(1, static_cast<int>(arrays.size()) - 1)].shape;
    ++spoilt[any(0, static_cast<int>(spoilt.size()) - 1)];
    if (call(kernel, arrays) != 1) complain(name, "accepted a wrong shape");
    arrays.pop_back();
    if (call(kernel, arrays) != 1) complain(name, "accepted too few arguments");
}

}  // namespace
