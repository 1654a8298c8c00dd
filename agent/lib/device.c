// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * libidrevoke: questions to /dev/idrevoke.
 *
 * The check path takes no lock. The number of the handle's descriptor never
 * changes; what it refers to is exchanged under it with dup3(2), which the
 * kernel does atomically: either the device, or, while released, an eventfd,
 * which knows none of the device's commands and says so (ENOTTY).
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#include <idrevoke.h>

struct idrevoke_device {
	int fd;
	pthread_mutex_t exchange;
	char path[];
};

static int device_open(const char *path)
{
	int fd = open(path, O_RDWR | O_CLOEXEC);

	return fd < 0 ? -errno : fd;
}

int idrevoke_device_open(struct idrevoke_device **device, const char *path)
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
	new->fd = device_open(path);
	if (new->fd < 0) {
		int error = new->fd;

		free(new);
		return error;
	}
	pthread_mutex_init(&new->exchange, NULL);
	*device = new;
	return 0;
}

void idrevoke_device_close(struct idrevoke_device *device)
{
	if (!device)
		return;
	close(device->fd);
	pthread_mutex_destroy(&device->exchange);
	free(device);
}

/* Puts @fd, which may be a negative errno, in the place of the handle's. */
static int device_exchange(struct idrevoke_device *device, int fd)
{
	int error = 0;

	if (fd < 0)
		return fd;
	pthread_mutex_lock(&device->exchange);
	if (dup3(fd, device->fd, O_CLOEXEC) < 0)
		error = -errno;
	pthread_mutex_unlock(&device->exchange);
	close(fd);
	return error;
}

int idrevoke_device_release(struct idrevoke_device *device)
{
	int fd = eventfd(0, EFD_CLOEXEC);

	return device_exchange(device, fd < 0 ? -errno : fd);
}

/* An ioctl that opens the device again where it was released or is gone. */
static int device_ioctl(struct idrevoke_device *device, unsigned long command, void *argument)
{
	int result = ioctl(device->fd, command, argument);

	if (result >= 0)
		return result;
	if (errno != ENOTTY && errno != ENODEV && errno != ENXIO)
		return -errno;
	result = device_exchange(device, device_open(device->path));
	if (result)
		return result;
	result = ioctl(device->fd, command, argument);
	return result < 0 ? -errno : result;
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
	return device_ioctl(device, IDREVOKE_IOC_CHECK, check);
}

ssize_t idrevoke_device_check_batch(struct idrevoke_device *device,
				    struct idrevoke_check *checks, size_t count)
{
	size_t done = 0;

	for (size_t i = 0; i < count; i++)
		answer_clear(&checks[i]);
	while (done < count) {
		size_t left = count - done;
		struct idrevoke_batch batch = {
			.checks = (uintptr_t)&checks[done],
			.count = left < IDREVOKE_BATCH_MAX ? left : IDREVOKE_BATCH_MAX,
		};
		int result = device_ioctl(device, IDREVOKE_IOC_CHECK_BATCH, &batch);

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
	error = device_ioctl(device, IDREVOKE_IOC_INFO, info);
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

/*
 * INFO re-arms poll(2) for a descriptor, so threads that wait on a shared one
 * would take each other's wake-ups: every wait has a descriptor of its own.
 */
int idrevoke_device_wait(struct idrevoke_device *device, struct idrevoke_info *info,
			 int timeout_ms)
{
	struct pollfd waiter = { .fd = device_open(device->path), .events = POLLIN };
	struct timespec end;
	int result, left = timeout_ms;

	if (waiter.fd < 0)
		return waiter.fd;
	clock_gettime(CLOCK_MONOTONIC, &end);
	if (timeout_ms > 0) {
		end.tv_sec += timeout_ms / 1000;
		end.tv_nsec += timeout_ms % 1000 * 1000000L;
	}
	for (;;) {
		struct idrevoke_info now = { 0 };

		if (ioctl(waiter.fd, IDREVOKE_IOC_INFO, &now)) {
			result = -errno;
			break;
		}
		result = now.epoch != info->epoch || now.version != info->version ||
			 now.state != info->state;
		if (result || !left) {
			*info = now;
			break;
		}
		if (poll(&waiter, 1, left) < 0) {
			result = -errno;
			break;
		}
		if (timeout_ms >= 0)
			left = milliseconds_left(&end);
	}
	close(waiter.fd);
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
