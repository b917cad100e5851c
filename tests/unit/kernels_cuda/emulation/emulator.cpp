#include "emulator.h"

#include <setjmp.h>
#include <ucontext.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <deque>
#include <memory>
#include <vector>

namespace heddle::emulation {
namespace {

constexpr size_t kStackBytes = 64 * 1024;
constexpr size_t kLanes = 32;
// Limits of the kinds of GPU that the kernels are compiled for: the least of them.
constexpr size_t kMaxSharedBytes = 99 * 1024;
constexpr unsigned kMaxGridX = 0x7FFFFFFF, kMaxGridY = 65535;

enum class State { kReady, kAtBlockBarrier, kAtWarpBarrier, kDone };

struct Copy {
  void* to;
  const void* from;
  bool valid;
};

void perform(const Copy& copy) {
  if (copy.valid) {
    std::memcpy(copy.to, copy.from, 16);
  } else {
    std::memset(copy.to, 0, 16);
  }
}

struct Fibre {
  State state = State::kReady;
  bool started = false;
  unsigned steps = 0;  // warp steps so far
  std::vector<Copy> open_group;
  std::deque<std::vector<Copy>> groups;
  std::unique_ptr<char[]> stack{new char[kStackBytes]};
  ucontext_t first_context{};
  jmp_buf resume_at{};
};

struct Warp {
  Words shown[2][kLanes];
};

// The block that runs now. A kernel is a plain function, so what its threads share is found here.
struct Machine {
  Schedule schedule;
  std::vector<Fibre> fibres;
  std::vector<Warp> warps;
  std::vector<std::max_align_t> shared;
  const std::function<void()>* kernel = nullptr;
  size_t current = 0;
  jmp_buf scheduler{};
  ucontext_t main_context{};
};
Machine machine;

[[noreturn]] void stop(const char* why) {
  std::fprintf(stderr, "An emulated kernel %s\n", why);
  std::abort();
}

Fibre& self() {
  return machine.fibres[machine.current];
}

// Switching by jumps costs a few nanoseconds, by contexts two system calls: contexts only give each fibre its
// stack.
void pause(State state) {
  self().state = state;
  if (_setjmp(self().resume_at) == 0) {
    _longjmp(machine.scheduler, 1);
  }
}

void fibreMain() {
  (*machine.kernel)();
  self().state = State::kDone;
  _longjmp(machine.scheduler, 1);
}

void resume(size_t index, unsigned threads_x) {
  machine.current = index;
  threadIdx = {static_cast<unsigned>(index) % threads_x, static_cast<unsigned>(index) / threads_x, 0};
  Fibre& fibre = machine.fibres[index];
  if (_setjmp(machine.scheduler) != 0) {
    return;
  }
  if (fibre.started) {
    _longjmp(fibre.resume_at, 1);
  }
  fibre.started = true;
  getcontext(&fibre.first_context);
  fibre.first_context.uc_stack.ss_sp = fibre.stack.get();
  fibre.first_context.uc_stack.ss_size = kStackBytes;
  fibre.first_context.uc_link = &machine.main_context;
  makecontext(&fibre.first_context, fibreMain, 0);
  setcontext(&fibre.first_context);
}

bool all(size_t first, size_t count, State state) {
  return std::all_of(machine.fibres.begin() + static_cast<long>(first),
                     machine.fibres.begin() + static_cast<long>(first + count),
                     [state](const Fibre& fibre) { return fibre.state == state; });
}

void release(size_t first, size_t count) {
  for (size_t i = first; i < first + count; ++i) {
    machine.fibres[i].state = State::kReady;
  }
}

// Runs one warp until all its threads wait for the block or are done. Warps drift apart as far as barriers
// let them, so that a barrier too few shows.
void runWarp(size_t first, unsigned threads_x) {
  while (true) {
    for (size_t i = 0; i < kLanes; ++i) {
      const size_t index = first + (machine.schedule.reversed ? kLanes - 1 - i : i);
      if (machine.fibres[index].state == State::kReady) {
        resume(index, threads_x);
      }
    }
    if (!all(first, kLanes, State::kAtWarpBarrier)) {
      return;
    }
    release(first, kLanes);
  }
}

void runBlock(Index block) {
  const size_t count = machine.fibres.size();
  for (Fibre& fibre : machine.fibres) {
    fibre.state = State::kReady;
    fibre.started = false;
    fibre.steps = 0;
    fibre.open_group.clear();
    fibre.groups.clear();
  }
  if (!machine.shared.empty()) {
    std::memset(static_cast<void*>(machine.shared.data()), 0xFF,
                machine.shared.size() * sizeof(std::max_align_t));
  }
  while (true) {
    for (size_t first = 0; first < count; first += kLanes) {
      runWarp(machine.schedule.reversed ? count - kLanes - first : first, block.x);
    }
    if (all(0, count, State::kDone)) {
      return;
    }
    if (!all(0, count, State::kAtBlockBarrier)) {
      stop("hangs: some threads of a block wait at a barrier that others never reach");
    }
    release(0, count);
  }
}

}  // namespace

void setSchedule(Schedule schedule) {
  machine.schedule = schedule;
}

void run(Index grid, Index block, size_t shared_bytes, const std::function<void()>& kernel) {
  // The kernels use no third dimension, so the emulator has none.
  const size_t threads = size_t{block.x} * block.y;
  if (threads == 0 || threads % kLanes != 0 || threads > 1024 || grid.x == 0 || grid.x > kMaxGridX ||
      grid.y == 0 || grid.y > kMaxGridY || grid.z != 1 || block.z != 1) {
    stop("was started with an impossible grid");
  }
  if (shared_bytes > kMaxSharedBytes) {
    stop("wants more shared memory than a GPU grants");
  }
  machine.fibres = std::vector<Fibre>(threads);
  machine.warps = std::vector<Warp>(threads / kLanes);
  // Exactly what was asked for, so that the address sanitizer sees what lies beyond.
  machine.shared =
      std::vector<std::max_align_t>((shared_bytes + sizeof(std::max_align_t) - 1) / sizeof(std::max_align_t));
  machine.kernel = &kernel;
  gridDim = grid;
  blockDim = block;
  const size_t blocks = size_t{grid.x} * grid.y;
  for (size_t i = 0; i < blocks; ++i) {
    const size_t index = machine.schedule.reversed ? blocks - 1 - i : i;
    blockIdx = {static_cast<unsigned>(index % grid.x), static_cast<unsigned>(index / grid.x), 0};
    runBlock(block);
  }
}

unsigned char* sharedMemory() {
  return reinterpret_cast<unsigned char*>(machine.shared.data());
}

void syncBlock() {
  pause(State::kAtBlockBarrier);
}

const Words* exchange(const Words& mine) {
  Warp& warp = machine.warps[machine.current / kLanes];
  Words* shown = warp.shown[self().steps++ % 2];
  shown[machine.current % kLanes] = mine;
  pause(State::kAtWarpBarrier);
  return shown;
}

void demandAligned(const void* address, size_t bytes, const char* what) {
  if (reinterpret_cast<uintptr_t>(address) % bytes != 0) {
    stop(what);
  }
}

void copyLater(void* to, const void* from, bool valid) {
  demandAligned(to, 16, "copies to an address that is no multiple of 16");
  demandAligned(from, 16, "copies from an address that is no multiple of 16");
  const Copy copy{to, from, valid};
  if (machine.schedule.eager_copies) {
    perform(copy);
  } else {
    self().open_group.push_back(copy);
  }
}

void commitCopies() {
  self().groups.push_back(std::move(self().open_group));
  self().open_group.clear();
}

void waitForCopies(size_t pending) {
  while (self().groups.size() > pending) {
    std::for_each(self().groups.front().begin(), self().groups.front().end(), perform);
    self().groups.pop_front();
  }
}

}  // namespace heddle::emulation
