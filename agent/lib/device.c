// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * libidrevoke: questions to /dev/idrevoke.
 *
 * The check path takes no lock. The number of the handle's descriptor never
 * changes; what it refers to is exchanged under it with dup3(2), which the
 * kernel does atomically: either the device, or, while released, an eventfd,
 * which knows none of the device's commands and says so (ENOTTY).
 *
 * A call under way may open the device again just when another thread releases
 * it. Each call therefore notes at its beginning how often the handle has been
 * released, and leaves nothing open for later calls if that has changed.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#include <idrevoke.h>

struct idrevoke_device {
	int fd;	      /* the device, or the same as: */
	int released; /* eventfd, written to at each release, to wake waits */
	atomic_uint releases;
	char path[];
};

static int device_open(const char *path)
{
	/* errno is not 0 after a failure. */
	/* NOLINTNEXTLINE(clang-analyzer-core.NonNullParamChecker) */
	int fd = open(path, O_RDWR | O_CLOEXEC);

	return fd < 0 ? -errno : fd;
}

/* Makes the handle's descriptor refer to what @fd does. */
static int device_exchange(struct idrevoke_device *device, int fd)
{
	return dup3(fd, device->fd, O_CLOEXEC) < 0 ? -errno : 0;
}

int idrevoke_device_open_later(struct idrevoke_device **device, const char *path)
{
	struct idrevoke_device *new;
	size_t size;

	*device = NULL;
	if (!path)
		path = IDREVOKE_DEVICE;
	size = strlen(path) + 1;
	new = malloc(sizeof(*new) + size);
	if (!new)
		return -ENOMEM;
	memcpy(new->path, path, size);
	atomic_init(&new->releases, 0);
	new->released = eventfd(0, EFD_CLOEXEC);
	new->fd = new->released < 0 ? -1 : fcntl(new->released, F_DUPFD_CLOEXEC, 0);
	if (new->fd < 0) {
		int error = -errno;

		if (new->released >= 0)
			close(new->released);
		free(new);
		return error;
	}
	*device = new;
	return 0;
}

int idrevoke_device_open(struct idrevoke_device **device, const char *path)
{
	int error = idrevoke_device_open_later(device, path);
	int fd;

	if (error)
		return error;
	fd = device_open((*device)->path);
	error = fd < 0 ? fd : device_exchange(*device, fd);
	if (fd >= 0)
		close(fd);
	if (error) {
		idrevoke_device_close(*device);
		*device = NULL;
	}
	return error;
}

void idrevoke_device_close(struct idrevoke_device *device)
{
	if (!device)
		return;
	close(device->fd);
	close(device->released);
	free(device);
}

int idrevoke_device_release(struct idrevoke_device *device)
{
	int error;

	/* First, so that a call that does not see it is exchanged below. */
	atomic_fetch_add(&device->releases, 1);
	error = device_exchange(device, device->released);
	if (eventfd_write(device->released, 1) && !error)
		error = -errno;
	return error;
}

static unsigned int releases(struct idrevoke_device *device)
{
	return atomic_load(&device->releases);
}

/*
 * An ioctl that opens the device again where it was released. @since: how often
 * that had been when the call began.
 */
static int device_ioctl(struct idrevoke_device *device, unsigned int since,
			unsigned long command, void *argument)
{
	int fd, result = ioctl(device->fd, command, argument);

	if (result >= 0)
		return result;
	if (errno != ENOTTY)
		return -errno;
	fd = device_open(device->path);
	if (fd < 0)
		return fd;
	result = ioctl(fd, command, argument);
	if (result < 0)
		result = -errno;
	else if (!device_exchange(device, fd) && releases(device) != since)
		device_exchange(device, device->released);
	close(fd);
	return result;
}

static void answer_clear(struct idrevoke_check *check)
{
	check->verdict = IDREVOKE_UNKNOWN;
	check->why = IDREVOKE_WHY_NONE;
	check->reason = IDREVOKE_REASON_NONE;
	check->answer_flags = 0;
	check->version = 0;
	check->issued = 0;
}

int idrevoke_device_check(struct idrevoke_device *device, struct idrevoke_check *check)
{
	answer_clear(check);
	return device_ioctl(device, releases(device), IDREVOKE_IOC_CHECK, check);
}

ssize_t idrevoke_device_check_batch(struct idrevoke_device *device,
				    struct idrevoke_check *checks, size_t count)
{
	unsigned int since = releases(device);
	size_t done = 0;

	for (size_t i = 0; i < count; i++)
		answer_clear(&checks[i]);
	while (done < count) {
		size_t left = count - done;
		struct idrevoke_batch batch = {
			.checks = (uintptr_t)&checks[done],
			.count = left < IDREVOKE_BATCH_MAX ? left : IDREVOKE_BATCH_MAX,
		};
		int result = device_ioctl(device, since, IDREVOKE_IOC_CHECK_BATCH, &batch);

		if (result <= 0)
			return done ? (ssize_t)done : result;
		done += result;
	}
	return done;
}

int idrevoke_device_info(struct idrevoke_device *device, struct idrevoke_info *info)
{
	int error;

	memset(info, 0, sizeof(*info));
	error = device_ioctl(device, releases(device), IDREVOKE_IOC_INFO, info);
	if (error)
		memset(info, 0, sizeof(*info));
	return error;
}

/* Milliseconds left until @end, at least 0. */
static int milliseconds_left(const struct timespec *end)
{
	struct timespec now;
	long long left;

	clock_gettime(CLOCK_MONOTONIC, &now);
	left = (end->tv_sec - now.tv_sec) * 1000LL;
	left += (end->tv_nsec - now.tv_nsec + 999999) / 1000000;
	return left > 0 ? left : 0;
}

/* Whether another list than @seen is in force: 1 or 0, and @now; or a negative errno. */
static int has_changed(int fd, const struct idrevoke_info *seen, struct idrevoke_info *now)
{
	memset(now, 0, sizeof(*now));
	if (ioctl(fd, IDREVOKE_IOC_INFO, now))
		return -errno;
	return now->epoch != seen->epoch || now->version != seen->version ||
	       now->state != seen->state;
}

/* An epoll that wakes when the device @fd does, and once for each release. */
static int waiter_open(struct idrevoke_device *device, int fd)
{
	struct epoll_event change = { .events = EPOLLIN };
	struct epoll_event release = { .events = EPOLLIN | EPOLLET };
	int waiter = epoll_create1(EPOLL_CLOEXEC);
	int error;

	if (waiter < 0)
		return -errno;
	if (!epoll_ctl(waiter, EPOLL_CTL_ADD, fd, &change) &&
	    !epoll_ctl(waiter, EPOLL_CTL_ADD, device->released, &release))
		return waiter;
	error = -errno;
	close(waiter);
	return error;
}

/* Waits until has_changed() says so, the handle is released, or the time is over. */
static int wait_for_change(struct idrevoke_device *device, unsigned int since, int fd,
			   const struct idrevoke_info *seen, struct idrevoke_info *now,
			   int timeout_ms)
{
	int waiter = waiter_open(device, fd);
	struct epoll_event event;
	struct timespec end;
	int result = 0;

	if (waiter < 0)
		return waiter;
	clock_gettime(CLOCK_MONOTONIC, &end);
	if (timeout_ms > 0) {
		end.tv_sec += timeout_ms / 1000;
		end.tv_nsec += timeout_ms % 1000 * 1000000L;
	}
	while (!result && timeout_ms) {
		if (epoll_wait(waiter, &event, 1, timeout_ms) < 0)
			result = -errno;
		else if (releases(device) != since)
			result = -ECANCELED;
		else
			result = has_changed(fd, seen, now);
		if (timeout_ms > 0)
			timeout_ms = milliseconds_left(&end);
	}
	close(waiter);
	return result;
}

/*
 * INFO re-arms poll(2) for a descriptor, so threads that wait on a shared one
 * would take each other's wake-ups: every wait has a descriptor of its own.
 */
int idrevoke_device_wait(struct idrevoke_device *device, struct idrevoke_info *info,
			 int timeout_ms)
{
	unsigned int since = releases(device);
	int fd = device_open(device->path);
	struct idrevoke_info now;
	int result;

	if (fd < 0)
		return fd;
	result = has_changed(fd, info, &now);
	if (!result)
		result = wait_for_change(device, since, fd, info, &now, timeout_ms);
	if (result >= 0)
		*info = now;
	close(fd);
	return result;
}

static const char *name_of(const char *const *names, size_t count, uint32_t value)
{
	return value < count ? names[value] : "?";
}

#define NAME_OF(names, value) name_of(names, sizeof(names) / sizeof((names)[0]), value)

const char *idrevoke_verdict_name(uint32_t verdict)
{
	static const char *const names[] = {
		[IDREVOKE_UNKNOWN] = "UNKNOWN",
		[IDREVOKE_CLEAR] = "CLEAR",
		[IDREVOKE_REVOKED] = "REVOKED",
		[IDREVOKE_AMBIGUOUS] = "AMBIGUOUS",
	};

	return NAME_OF(names, verdict);
}

const char *idrevoke_why_name(uint32_t why)
{
	static const char *const names[] = {
		[IDREVOKE_WHY_NONE] = "NONE",
		[IDREVOKE_WHY_NOT_READY] = "NOT_READY",
		[IDREVOKE_WHY_STALE] = "STALE",
		[IDREVOKE_WHY_MALFORMED] = "MALFORMED",
		[IDREVOKE_WHY_UNSUPPORTED] = "UNSUPPORTED",
		[IDREVOKE_WHY_THROTTLED] = "THROTTLED",
	};

	return NAME_OF(names, why);
}

const char *idrevoke_reason_name(uint32_t reason)
{
	static const char *const names[] = {
		[IDREVOKE_REASON_NONE] = "none",
		[IDREVOKE_REASON_SUPERSEDED] = "superseded",
		[IDREVOKE_REASON_VOID] = "void",
		[IDREVOKE_REASON_LOST] = "lost",
		[IDREVOKE_REASON_STOLEN] = "stolen",
	};

	return NAME_OF(names, reason);
}

const char *idrevoke_state_name(uint32_t state)
{
	static const char *const names[] = {
		[IDREVOKE_STATE_NOT_READY] = "NOT_READY",
		[IDREVOKE_STATE_CURRENT] = "CURRENT",
		[IDREVOKE_STATE_LATE] = "LATE",
		[IDREVOKE_STATE_STALE] = "STALE",
	};

	return NAME_OF(names, state);
}
