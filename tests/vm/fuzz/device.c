// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The device: questions from good memory and bad, commands that are none, and
 * what else can be done to a descriptor. Each tenth command goes by io_uring.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "fuzz.h"
#include "ring.h"
#include "tap.h"

#define DESCRIPTORS	5
#define PAGE		4096UL
/* A full batch, and room around it. */
#define ARENA		(IDREVOKE_BATCH_MAX * sizeof(struct idrevoke_check) + 4 * PAGE)

/* A descriptor, and what was in force when it was told of it last. */
static struct descriptor {
	int fd;
	uint64_t versions;
	uint64_t vouched;
	unsigned int states;
} descriptors[DESCRIPTORS];

/*
 * Memory, followed by a page that nobody may touch; and the same memory again,
 * where it can only be read.
 */
static uint8_t *arena, *arena_readonly;
static struct idrevoke_check asked[IDREVOKE_BATCH_MAX];

/* Where an argument lies. */
enum place {
	GOOD,
	CUT,		/* its end is on a page that nobody may touch */
	READONLY,
	NOWHERE,
	PLACES,
};

static struct io_uring ring;
static bool uses_ring = true;

static void remember(struct descriptor *descriptor)
{
	descriptor->versions = model.versions;
	descriptor->vouched = model.vouched;
	descriptor->states = model_states();
}

static void open_descriptor(struct descriptor *descriptor)
{
	remember(descriptor);
	descriptor->fd = guest_open();
}

static uint8_t *map(int fd, int protection)
{
	uint8_t *at = mmap(NULL, ARENA + PAGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (at == MAP_FAILED ||
	    mmap(at, ARENA, protection, MAP_SHARED | MAP_FIXED, fd, 0) == MAP_FAILED)
		bail_out("mmap: %s", strerror(errno));
	return at;
}

/** device_open_all - open some descriptors, and prepare the memory */
void device_open_all(void)
{
	int fd = open("/tmp", O_TMPFILE | O_RDWR | O_CLOEXEC, 0600), error;
	unsigned int i;

	if (fd < 0 || ftruncate(fd, ARENA))
		bail_out("/tmp: %s", strerror(errno));
	arena = map(fd, PROT_READ | PROT_WRITE);
	arena_readonly = map(fd, PROT_READ);
	close(fd);
	for (i = 0; i < DESCRIPTORS; i++)
		open_descriptor(&descriptors[i]);
	error = io_uring_queue_init(1, &ring, 0);
	if (error)
		bail_out("io_uring: %s", strerror(-error));
}

void device_close_all(void)
{
	unsigned int i;

	io_uring_queue_exit(&ring);
	for (i = 0; i < DESCRIPTORS; i++)
		close(descriptors[i].fd);
	munmap(arena, ARENA + PAGE);
	munmap(arena_readonly, ARENA + PAGE);
}

static enum place pick_place(void)
{
	return fuzz_chance(80) ? GOOD : fuzz_below(PLACES);
}

static uint64_t nowhere(void)
{
	static const uint64_t addresses[] = {
		0, 1, 64, PAGE - 8, 0x0000800000000000, 0x00007ffffffff000, 0x8000000000000000,
		0xffff888000000000, 0xffffffff81000000, 0xfffffffffffff000, UINT64_MAX - 63, UINT64_MAX,
	};

	if (fuzz_chance(30))
		return (uintptr_t)arena + ARENA + fuzz_below(PAGE - sizeof(struct idrevoke_info));
	return addresses[fuzz_below(sizeof(addresses) / sizeof(*addresses))];
}

/*
 * Lays something out. Returns its address; *@visible is where it can be seen, or
 * NULL; *@there how many bytes of it are.
 */
static uint64_t lay(enum place place, const void *bytes, size_t size, uint8_t **visible, size_t *there)
{
	size_t offset = fuzz_below(2 * PAGE);

	if (fuzz_chance(80))
		offset &= ~7UL;
	*there = size;
	if (place == CUT) {
		*there = fuzz_below(size);
		offset = ARENA - *there;
	}
	*visible = arena + offset;
	if (place == NOWHERE) {
		*visible = NULL;
		*there = 0;
		return nowhere();
	}
	memcpy(*visible, bytes, *there);
	return (uintptr_t)(place == READONLY ? arena_readonly : arena) + offset;
}

static int call_by_ring(int fd, uint32_t command, uint64_t argument)
{
	struct io_uring_cqe *completion;
	int result;

	ring_prepare(io_uring_get_sqe(&ring), fd, 0, command, argument);
	if (io_uring_submit_and_wait(&ring, 1) < 0 || io_uring_peek_cqe(&ring, &completion))
		bail_out("io_uring");
	result = completion->res;
	io_uring_cqe_seen(&ring, completion);
	return result;
}

static int call(const struct descriptor *descriptor, unsigned long command, uint64_t argument)
{
	/* Not by chance, since what a seed leads to should stay. */
	static unsigned int calls;
	int fd = fuzz_chance(3) ? dup(descriptor->fd) : descriptor->fd;
	int result;

	if (uses_ring && ++calls % 10 == 0) {
		result = call_by_ring(fd, command, argument);
	} else {
		result = ioctl(fd, command, argument);
		if (result < 0)
			result = -errno;
	}
	if (fd != descriptor->fd)
		close(fd);
	return result;
}

static bool uses_unknown(const struct idrevoke_check *check)
{
	return check->flags || check->reserved ||
	       check->consistency > IDREVOKE_CONSISTENCY_MISMATCH;
}

static void step_check(struct descriptor *descriptor)
{
	enum place place = pick_place();
	unsigned int states = model_states();
	struct idrevoke_check check, answer;
	uint8_t *visible;
	uint64_t address;
	size_t there;
	int result, wanted;

	question_make(&check);
	address = lay(place, &check, sizeof(check), &visible, &there);
	result = call(descriptor, IDREVOKE_IOC_CHECK, address);
	wanted = place != GOOD ? -EFAULT : uses_unknown(&check) ? -EINVAL : 0;
	if (result != wanted)
		fuzz_fail(&check, sizeof(check), "CHECK at %#llx (place %u): %d instead of %d",
			  (unsigned long long)address, place, result, wanted);
	fuzz_tally.questions++;
	if (place == GOOD) {
		memcpy(&answer, visible, sizeof(answer));
		model_check(&check, &answer, states | model_states());
		fuzz_tally.listed += answer.reason != IDREVOKE_REASON_NONE;
	} else if (visible && memcmp(visible, &check, there)) {
		fuzz_fail(visible, there, "CHECK failed, and wrote (place %u)", place);
	}
}

static uint32_t pick_count(void)
{
	static const uint32_t wrong[] = { 0, IDREVOKE_BATCH_MAX + 1, 1U << 26, UINT32_MAX };

	if (fuzz_chance(8))
		return wrong[fuzz_below(sizeof(wrong) / sizeof(*wrong))];
	if (fuzz_chance(1) && fuzz_chance(20))
		return fuzz_chance(50) ? IDREVOKE_BATCH_MAX : fuzz_below(IDREVOKE_BATCH_MAX);
	return 1 + fuzz_below(40);
}

static void judge_batch(const uint8_t *visible, size_t there, uint32_t records, int result,
			unsigned int states)
{
	struct idrevoke_check answer;
	uint32_t i;

	for (i = 0; i < records && (i + 1) * sizeof(answer) <= there; i++) {
		memcpy(&answer, visible + i * sizeof(answer), sizeof(answer));
		if ((int)i < result)
			model_check(&asked[i], &answer, states);
		else if (memcmp(&answer, &asked[i], sizeof(answer)))
			fuzz_fail(&answer, sizeof(answer), "record %u of a batch that ended at %d "
				  "was written", i, result);
	}
	/* and of one that is there in part */
	if (i < records && memcmp(visible + i * sizeof(answer), &asked[i], there % sizeof(answer)))
		fuzz_fail(visible + i * sizeof(answer), there % sizeof(answer),
			  "record %u, which is cut off, was written", i);
	fuzz_tally.questions += result > 0 ? result : 0;
}

static void step_batch(struct descriptor *descriptor)
{
	enum place place = pick_place();
	unsigned int states = model_states();
	struct idrevoke_batch batch = { .count = pick_count() };
	uint32_t records = batch.count <= IDREVOKE_BATCH_MAX ? batch.count : 1, i;
	int result, wanted;
	uint8_t *visible;
	size_t there;

	for (i = 0; i < records; i++)
		question_make(&asked[i]);
	batch.checks = lay(place, asked, records * sizeof(*asked), &visible, &there);
	if (fuzz_chance(3))
		batch.flags = fuzz_interesting();
	result = call(descriptor, IDREVOKE_IOC_CHECK_BATCH, (uintptr_t)&batch);

	wanted = place == READONLY ? 0 : there / sizeof(*asked);
	if (!wanted)
		wanted = -EFAULT;
	if (batch.flags || !batch.count || batch.count > IDREVOKE_BATCH_MAX ||
	    batch.checks + batch.count * sizeof(*asked) < batch.checks)
		wanted = -EINVAL;
	if (result != wanted)
		fuzz_fail(&batch, sizeof(batch), "BATCH of %u, %zu bytes there (place %u): %d "
			  "instead of %d", batch.count, there, place, result, wanted);
	if (visible)
		judge_batch(visible, there, records, result, states | model_states());
}

static void step_batch_itself(struct descriptor *descriptor)
{
	struct idrevoke_batch batch = { .checks = (uintptr_t)asked, .count = 1 };
	enum place place = fuzz_chance(50) ? CUT : NOWHERE;
	uint8_t *visible;
	size_t there;
	int result = call(descriptor, IDREVOKE_IOC_CHECK_BATCH,
			  lay(place, &batch, sizeof(batch), &visible, &there));

	if (result != -EFAULT)
		fuzz_fail(&batch, sizeof(batch), "BATCH that cannot be read: %d", result);
}

static void judge_info(const struct idrevoke_info *info, unsigned int states)
{
	uint64_t now = fuzz_boottime(), fresh = 0;
	uint8_t digest[IDREVOKE_DIGEST_SIZE];
	unsigned int i;

	guest_digest_encode(&model.list.digest, digest);
	if (model.loaded && model.stale_at > now)
		fresh = (model.stale_at - now) / 1000000;
	if (info->epoch != model.list.epoch || info->version != model.list.version ||
	    info->count != model.list.count || info->issued != model.issued || info->flags ||
	    memcmp(info->digest, digest, sizeof(digest)) || info->throttled ||
	    info->state > IDREVOKE_STATE_STALE || !(states & 1U << info->state) ||
	    info->fresh_ms > fresh + 3000 || fresh > info->fresh_ms + 3000)
		fuzz_fail(info, sizeof(*info), "INFO tells of another list (states %#x, fresh %llu)",
			  states, (unsigned long long)fresh);
	for (i = 0; i < sizeof(info->reserved) / sizeof(*info->reserved); i++)
		if (info->reserved[i])
			fuzz_fail(info, sizeof(*info), "INFO wrote reserved[%u]", i);
}

static void step_info(struct descriptor *descriptor)
{
	struct idrevoke_info info = { .features = fuzz_random() }, answer;
	unsigned int states = model_states();
	enum place place = pick_place();
	struct descriptor before = *descriptor;
	int result, wanted = 0;
	uint8_t *visible;
	uint64_t address;
	size_t there;

	if (fuzz_chance(5))
		info.flags = fuzz_interesting();
	if (fuzz_chance(5))
		info.reserved[fuzz_below(5)] = fuzz_interesting();
	if (info.flags || info.reserved[0] || info.reserved[1] || info.reserved[2] ||
	    info.reserved[3] || info.reserved[4])
		wanted = -EINVAL;
	address = lay(place, &info, sizeof(info), &visible, &there);
	remember(&before);
	result = call(descriptor, IDREVOKE_IOC_INFO, address);
	if (place != GOOD && result == -EFAULT)
		wanted = -EFAULT;
	if (result != wanted || (place != GOOD && !result))
		fuzz_fail(&info, sizeof(info), "INFO at %#llx (place %u): %d instead of %d",
			  (unsigned long long)address, place, result, wanted);
	if (!result) {
		memcpy(&answer, visible, sizeof(answer));
		judge_info(&answer, states | model_states());
		*descriptor = before;
	} else if (visible && memcmp(visible, &info, there)) {
		fuzz_fail(visible, there, "INFO failed, and wrote (place %u)", place);
	}
}

static void step_poll(struct descriptor *descriptor)
{
	struct pollfd wait = { .fd = descriptor->fd, .events = POLLIN | POLLRDNORM | POLLOUT | POLLPRI };
	unsigned int states = descriptor->states | model_states();
	bool must = descriptor->versions != model.versions;
	bool may = must || descriptor->vouched != model.vouched || (states & (states - 1));
	int ready = poll(&wait, 1, 0);

	if (ready < 0 || (ready ? wait.revents != (POLLIN | POLLRDNORM) || !may : must))
		fuzz_fail(NULL, 0, "poll: %d, %#x; it %s", ready, wait.revents,
			  must ? "must be ready" : may ? "may be ready" : "must not be ready");
}

/* Numbers that are no command of ours, of our type or one bit beside it. */
static void step_unknown(struct descriptor *descriptor)
{
	uint32_t command = _IOC(fuzz_below(4), IDREVOKE_IOC_TYPE, fuzz_below(256), fuzz_below(1 << 14));
	static const uint32_t known[] = {
		IDREVOKE_IOC_CHECK, IDREVOKE_IOC_CHECK_BATCH, IDREVOKE_IOC_INFO
	};
	uint64_t address = fuzz_chance(50) ? (uintptr_t)arena : nowhere();
	unsigned int i;
	int result;

	if (fuzz_chance(50))
		command = known[fuzz_below(3)] ^ 1U << fuzz_below(32);
	for (i = 0; i < 3; i++)
		if (command == known[i])
			return;
	result = call(descriptor, command, address);
	if (result != -ENOTTY)
		fuzz_fail(&command, sizeof(command), "command %#x: %d", command, result);
}

/* What a device without a stream of bytes refuses. */
static void step_other(struct descriptor *descriptor)
{
	int fd = descriptor->fd;
	long result;

	switch (fuzz_below(8)) {
	case 0:
		result = read(fd, arena, fuzz_below(PAGE));
		break;
	case 1:
		result = write(fd, arena, fuzz_below(PAGE));
		break;
	case 2:
		result = pread(fd, arena, 64, fuzz_below(PAGE));
		break;
	case 3:
		result = lseek(fd, fuzz_interesting(), fuzz_below(6));
		break;
	case 4:
		result = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, fuzz_chance(50) ? MAP_SHARED : MAP_PRIVATE,
			      fd, 0) == MAP_FAILED ? -1 : 0;
		break;
	case 5:
		result = fsync(fd);
		break;
	case 6:
		result = ftruncate(fd, 0);
		break;
	default:
		if (fcntl(fd, F_SETFL, fuzz_below(2) ? O_NONBLOCK : 0) || fcntl(fd, F_GETFL) < 0)
			fuzz_fail(NULL, 0, "fcntl: %s", strerror(errno));
		return;
	}
	if (result != -1 || (errno != EINVAL && errno != ESPIPE && errno != ENODEV && errno != EBADF))
		fuzz_fail(NULL, 0, "an operation that is none: %ld, %s", result, strerror(errno));
}

static int ask_in_child(void *argument)
{
	struct descriptor *descriptor = argument;

	/* Its parent goes on with the ring, and would not know what was done there. */
	uses_ring = false;
	step_check(descriptor);
	step_info(descriptor);
	return 0;
}

/** device_step - one call to the device */
void device_step(void)
{
	struct descriptor *descriptor = &descriptors[fuzz_below(DESCRIPTORS)];
	unsigned int kind = fuzz_below(1000);

	if (kind < 600) {
		step_check(descriptor);
	} else if (kind < 740) {
		step_batch(descriptor);
	} else if (kind < 760) {
		step_batch_itself(descriptor);
	} else if (kind < 830) {
		step_info(descriptor);
	} else if (kind < 900) {
		step_poll(descriptor);
	} else if (kind < 950) {
		step_unknown(descriptor);
	} else if (kind < 990) {
		step_other(descriptor);
	} else if (kind < 999) {
		close(descriptor->fd);
		open_descriptor(descriptor);
	} else {
		struct descriptor copy = *descriptor;

		if (guest_child(ask_in_child, &copy))
			fuzz_fail(NULL, 0, "a child got another answer");
		/* Its INFO was on this descriptor, too: whether it worked is unknown. */
		close(descriptor->fd);
		open_descriptor(descriptor);
	}
}
