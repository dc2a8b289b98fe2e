#define _GNU_SOURCE
#include "belay_exits.h"

#if defined(__linux__)
#include <linux/seccomp.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <unistd.h>

// Newer than some of the headers that this is built with.
#ifndef SYS_pidfd_open
#define SYS_pidfd_open 434
#endif
#ifndef SYS_pidfd_getfd
#define SYS_pidfd_getfd 438
#endif

int belay_exits_take(uint32_t process, int listener) {
  int handle = (int)syscall(SYS_pidfd_open, process, 0);
  if (handle < 0) return -1;
  int copy = (int)syscall(SYS_pidfd_getfd, handle, listener, 0);
  close(handle);
  return copy;
}

int belay_exits_next(int listener, struct belay_exit *exit) {
  // The kernel wants it zeroed.
  struct seccomp_notif notification;
  memset(&notification, 0, sizeof notification);
  if (ioctl(listener, SECCOMP_IOCTL_NOTIF_RECV, &notification) != 0) return 0;
  exit->id = notification.id;
  exit->thread = notification.pid;
  return 1;
}

void belay_exits_allow(int listener, const struct belay_exit *exit) {
  struct seccomp_notif_resp response = {.id = exit->id, .flags = SECCOMP_USER_NOTIF_FLAG_CONTINUE};
  // It fails if the process was killed meanwhile: then it has ended.
  (void)ioctl(listener, SECCOMP_IOCTL_NOTIF_SEND, &response);
}

#else

int belay_exits_take(uint32_t process, int listener) { return -1; }
int belay_exits_next(int listener, struct belay_exit *exit) { return 0; }
void belay_exits_allow(int listener, const struct belay_exit *exit) {}

#endif
