// SPDX-License-Identifier: EUPL-1.2
// What the model server and the load generator share: time, processor, search in bytes.
#ifndef GENIUS_BENCH_COMMON_H
#define GENIUS_BENCH_COMMON_H
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sched.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

#define UNUSED __attribute__((unused))

// CLOCK_MONOTONIC is one clock for all processes, and what Python's time.monotonic_ns() reads.
static UNUSED int64_t now_ns(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec * 1000000000LL + t.tv_nsec;
}

static UNUSED void die(const char *what) {
  fprintf(stderr, "%s: %s\n", what, strerror(errno));
  exit(1);
}

static UNUSED void pin(int core) {
  cpu_set_t set;
  if (core < 0) return;
  CPU_ZERO(&set);
  CPU_SET(core, &set);
  sched_setaffinity(0, sizeof set, &set);
}

// One core may hold fewer descriptors by default than the 1,000 streams of a test need.
static UNUSED void many_files(void) {
  struct rlimit limit;
  getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max < 65536 ? limit.rlim_max : 65536;
  setrlimit(RLIMIT_NOFILE, &limit);
}

static UNUSED void no_delay(int fd) {
  int one = 1;
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
}

static UNUSED int ticker(int64_t every_ns) {
  int fd = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK);
  struct timespec every = {every_ns / 1000000000, every_ns % 1000000000};
  struct itimerspec spec = {every, every};
  timerfd_settime(fd, 0, &spec, NULL);
  return fd;
}

static UNUSED void watch(int epoll, int fd, void *pointer) {
  struct epoll_event event = {.events = EPOLLIN, .data.ptr = pointer};
  if (epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event)) die("epoll_ctl");
}

// The number behind `name` in the bytes, or `otherwise`.
static UNUSED long number_after(const char *text, size_t length, const char *name, long otherwise) {
  const char *found = memmem(text, length, name, strlen(name));
  if (!found) return otherwise;
  found += strlen(name);
  while (found < text + length && (*found == ' ' || *found == ':' || *found == '"')) found++;
  return found < text + length && *found >= '0' && *found <= '9' ? strtol(found, NULL, 10) : otherwise;
}
#endif
