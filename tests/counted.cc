#include "tests/counted.h"

#include <dlfcn.h>
#include <pthread.h>

#include <atomic>
#include <cstdlib>
#include <new>

namespace {

thread_local freshet::test::Counts counts;
thread_local int not_counted = 0;
std::atomic<std::size_t> largest{SIZE_MAX};

void* allocate(std::size_t size) {
  if (not_counted == 0 && size < largest.load(std::memory_order_relaxed)) ++counts.allocations;
  if (void* memory = std::malloc(size)) return memory;
  throw std::bad_alloc();
}

}  // namespace

namespace freshet::test {

Counts counted() {
  return counts;
}

NotCounted::NotCounted() {
  ++not_counted;
}
NotCounted::~NotCounted() {
  --not_counted;
}

void count_allocations_below(std::size_t bytes) {
  largest = bytes;
}

}  // namespace freshet::test

void* operator new(std::size_t size) {
  return allocate(size);
}
void* operator new[](std::size_t size) {
  return allocate(size);
}
void operator delete(void* memory) noexcept {
  std::free(memory);
}
void operator delete[](void* memory) noexcept {
  std::free(memory);
}
void operator delete(void* memory, std::size_t) noexcept {
  std::free(memory);
}
void operator delete[](void* memory, std::size_t) noexcept {
  std::free(memory);
}

#if !defined(__SANITIZE_THREAD__)
extern "C" int pthread_mutex_lock(pthread_mutex_t* mutex) {
  using Lock = int (*)(pthread_mutex_t*);
  static const auto real = reinterpret_cast<Lock>(dlsym(RTLD_NEXT, "pthread_mutex_lock"));
  if (not_counted == 0) ++counts.locks;
  return real(mutex);
}
#endif
