#include "pool.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <new>
#include <system_error>
#include <thread>
#include <vector>

#if defined(__linux__)
#include <sched.h>
#endif
#if defined(__unix__) || defined(__APPLE__)
#include <pthread.h>
#endif
#if defined(__x86_64__) || defined(_M_X64)
#include <immintrin.h>
#endif

namespace ts {
namespace {

constexpr std::align_val_t kAlignment{64};

// Between two kernels of one image lie microseconds, so a worker that slept at once would always be late.
constexpr std::chrono::microseconds kSpin{100};

void relax() {
#if defined(__x86_64__) || defined(_M_X64)
    _mm_pause();
#elif defined(__aarch64__) && defined(__GNUC__)
    asm volatile("yield");
#endif
}

// Spin, then give up; true as soon as `ready` holds.
template <typename Ready>
bool spin_until(Ready ready) {
    const auto end = std::chrono::steady_clock::now() + kSpin;
    do {
        for (int i = 0; i < 64; ++i) {
            if (ready()) return true;
            relax();
        }
    } while (std::chrono::steady_clock::now() < end);
    return ready();
}

struct AlignedDelete {
    void operator()(float* data) const { ::operator delete[](data, kAlignment); }
};

struct Scratch {
    std::unique_ptr<float[], AlignedDelete> data;
    size_t floats = 0;

    bool reserve(size_t wanted) {
        if (wanted <= floats) return true;
        data.reset();  // first, so that old and new never exist together
        data.reset(static_cast<float*>(::operator new[](wanted * sizeof(float), kAlignment, std::nothrow)));
        floats = data ? wanted : 0;
        return data != nullptr;
    }
};

struct Job {
    Body body = nullptr;
    const void* context = nullptr;
    int items = 0;
};

int usable_processors() {
#if defined(__linux__)
    cpu_set_t set;
    if (sched_getaffinity(0, sizeof set, &set) == 0) return std::max(1, CPU_COUNT(&set));
#endif
    return std::max(1u, std::thread::hardware_concurrency());
}

class Pool {
  public:
    explicit Pool(int count) { resize(count); }

    int size() {
        const std::lock_guard<std::mutex> turn(turn_);
        return static_cast<int>(scratch_.size());
    }

    void set_size(int count) {
        const std::lock_guard<std::mutex> turn(turn_);
        stop();
        resize(count);
    }

    bool run(int items, size_t scratch_floats, Body body, const void* context) {
        const std::lock_guard<std::mutex> turn(turn_);
        for (Scratch& scratch : scratch_) {
            if (!scratch.reserve(scratch_floats)) return false;
        }
        job_ = {body, context, items};
        next_item_.store(0, std::memory_order_relaxed);
        busy_.store(static_cast<int>(workers_.size()), std::memory_order_relaxed);
        {
            const std::lock_guard<std::mutex> lock(mutex_);
            round_.fetch_add(1, std::memory_order_release);
        }
        started_.notify_all();
        work(0);
        const auto idle = [this] { return busy_.load(std::memory_order_acquire) == 0; };
        if (!spin_until(idle)) {
            std::unique_lock<std::mutex> lock(mutex_);
            finished_.wait(lock, idle);
        }
        return true;
    }

  private:
    // Only when there are no workers. Throws bad_alloc in a new pool, where there is not even the caller's scratch yet.
    void resize(int count) {
        stopping_ = false;
        const unsigned round = round_.load(std::memory_order_relaxed);
        try {
            scratch_.resize(count);
            workers_.reserve(count - 1);
            for (int i = 1; i < count; ++i) workers_.emplace_back([this, i, round] { serve(i, round); });
        } catch (const std::system_error&) {
            // The system grants no more threads; those that started do the work, and size() tells how many they are.
        } catch (const std::bad_alloc&) {
            // The same for memory.
        }
        scratch_.resize(workers_.size() + 1);
    }

    void stop() {
        {
            const std::lock_guard<std::mutex> lock(mutex_);
            stopping_ = true;
            round_.fetch_add(1, std::memory_order_release);
        }
        started_.notify_all();
        for (std::thread& worker : workers_) worker.join();
        workers_.clear();
    }

    void serve(int index, unsigned seen) {
        for (;;) {
            const auto called = [this, seen] { return round_.load(std::memory_order_acquire) != seen; };
            if (!spin_until(called)) {
                std::unique_lock<std::mutex> lock(mutex_);
                started_.wait(lock, called);
            }
            seen = round_.load(std::memory_order_acquire);
            if (stopping_) return;
            work(index);
            if (busy_.fetch_sub(1, std::memory_order_acq_rel) == 1) {
                // Taking the lock keeps the caller from missing this between its check and its sleep.
                const std::lock_guard<std::mutex> lock(mutex_);
                finished_.notify_one();
            }
        }
    }

    void work(int index) {
        for (;;) {
            const int item = next_item_.fetch_add(1, std::memory_order_relaxed);
            if (item >= job_.items) return;
            job_.body(job_.context, item, scratch_[index].data.get());
        }
    }

    std::mutex turn_;   // held by the caller whose job runs
    std::mutex mutex_;  // guards sleeping and waking
    std::condition_variable started_, finished_;
    std::atomic<unsigned> round_{0};
    std::atomic<int> next_item_{0};
    std::atomic<int> busy_{0};
    bool stopping_ = false;
    Job job_;
    std::vector<Scratch> scratch_;
    std::vector<std::thread> workers_;
};

std::atomic<Pool*> shared_pool{nullptr};
std::mutex creating;  // guards making the pool, and how many threads it will have
int wanted_threads = 0;

#if defined(__unix__) || defined(__APPLE__)
// A forked child has none of the pool's threads, so it makes a pool of its own at its first kernel. No other thread may
// be making one while the process forks: in the child nobody would release the lock.
void before_fork() { creating.lock(); }
void after_fork_in_parent() { creating.unlock(); }
void after_fork_in_child() {
    shared_pool.store(nullptr);
    creating.unlock();
}
[[maybe_unused]] const int registered = pthread_atfork(before_fork, after_fork_in_parent, after_fork_in_child);
#endif

// The pool is never destroyed: joining threads while a process exits or a library unloads deadlocks on some systems.
// Throws bad_alloc.
Pool& pool() {
    Pool* current = shared_pool.load(std::memory_order_acquire);
    if (current) return *current;
    const std::lock_guard<std::mutex> lock(creating);
    current = shared_pool.load(std::memory_order_acquire);
    if (!current) {
        current = new Pool(wanted_threads > 0 ? wanted_threads : usable_processors());
        shared_pool.store(current, std::memory_order_release);
    }
    return *current;
}

}  // namespace

bool run(int items, size_t scratch_floats, Body body, const void* context) noexcept {
    try {
        return pool().run(items, scratch_floats, body, context);
    } catch (const std::bad_alloc&) {
        return false;
    }
}

int threads() noexcept {
    try {
        return pool().size();
    } catch (const std::bad_alloc&) {
        return 1;
    }
}

void set_threads(int count) noexcept {
    Pool* current = nullptr;
    {
        const std::lock_guard<std::mutex> lock(creating);
        wanted_threads = count;
        current = shared_pool.load(std::memory_order_acquire);
    }
    if (current) current->set_size(count);
}

}  // namespace ts
