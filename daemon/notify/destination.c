#include "notify/destination.h"

#include <errno.h>
#include <string.h>

#include "base/access.h"
#include "model/template.h"

/* Copies *text in place; NULL stays. */
static int copy_text(struct arena *arena, const char **text)
{
	if (*text) {
		*text = arena_strdup(arena, *text);
		if (!*text)
			return -ENOMEM;
	}
	return 0;
}

static int copy_list(struct arena *arena, const char ***list)
{
	const char **copy;
	size_t count = 0;
	int r;

	if (!*list)
		return 0;
	while ((*list)[count])
		count++;
	copy = arena_array(arena, count + 1, sizeof(*copy));
	if (!copy)
		return -ENOMEM;
	for (size_t i = 0; i < count; i++) {
		copy[i] = (*list)[i];
		r = copy_text(arena, &copy[i]);
		if (r < 0)
			return r;
	}
	*list = copy;
	return 0;
}

static int copy_mailboxes(struct arena *arena, struct mailbox_list *list)
{
	struct mailbox *copy = arena_array(arena, list->count + 1, sizeof(*copy));
	int r = copy ? 0 : -ENOMEM;

	for (size_t i = 0; r == 0 && i < list->count; i++) {
		copy[i] = list->boxes[i];
		r = copy_text(arena, &copy[i].name);
		if (r == 0)
			r = copy_text(arena, &copy[i].address);
	}
	list->boxes = copy;
	return r;
}

static int copy_mail(struct arena *arena, struct hook *copy)
{
	const char **texts[] = {&copy->from.name, &copy->from.address, &copy->user, &copy->ca_file};
	int r;

	r = copy_mailboxes(arena, &copy->to);
	for (size_t i = 0; r == 0 && i < ARRAY_SIZE(texts); i++)
		r = copy_text(arena, texts[i]);
	return r;
}

static int copy_template(struct arena *arena, const struct template **template)
{
	const struct template *from = *template;
	struct template *copy;

	if (!from)
		return 0;
	copy = arena_new_object(arena, struct template);
	if (!copy)
		return -ENOMEM;
	*copy = *from;
	copy->pieces = arena_array(arena, from->count + 1, sizeof(*copy->pieces));
	for (size_t i = 0; copy->pieces && i < from->count; i++) {
		copy->pieces[i] = from->pieces[i];
		if (copy_text(arena, &copy->pieces[i].text) < 0)
			return -ENOMEM;
	}
	*template = copy;
	return copy->pieces ? 0 : -ENOMEM;
}

static int copy_key(struct arena *arena, const unsigned char **key, size_t length)
{
	if (*key) {
		*key = (unsigned char *)arena_copy(arena, (const char *)*key, length);
		if (!*key)
			return -ENOMEM;
	}
	return 0;
}

/* Wiped also when half copied: what is not in the arena yet is not ours. */
static int copy_hook(struct destination *destination, const struct hook *from)
{
	struct arena *arena = destination->arena;
	struct hook *hook = &destination->hook;
	struct hook copy = *from;
	int r;

	r = copy_text(arena, &copy.name);
	if (r == 0)
		r = copy_text(arena, &copy.url);
	if (r == 0)
		r = copy_text(arena, &copy.method);
	if (r == 0)
		r = copy_text(arena, &copy.content_type);
	if (r == 0)
		r = copy_text(arena, &copy.socket);
	if (r == 0)
		r = copy_template(arena, &copy.template);
	if (r == 0)
		r = copy_list(arena, &copy.headers);
	if (r == 0)
		r = copy_list(arena, &copy.argv);
	if (r == 0)
		r = copy_mail(arena, &copy);
	if (r == 0) {
		r = copy_text(arena, &copy.password);
		hook->password = r == 0 ? copy.password : NULL;
	}
	if (r == 0)
		r = copy_key(arena, &copy.secret, copy.secret_length);
	if (r == 0) {
		hook->secret = copy.secret;
		hook->secret_length = copy.secret_length;
		r = copy_key(arena, &copy.next_secret, copy.next_secret_length);
	}
	if (r == 0) {
		*hook = copy;
		(void)access_ref(hook->access);
	}
	return r;
}

int destination_new(const struct hook *hook, struct destination **ret)
{
	_cleanup_(destination_unrefp) struct destination *destination =
		calloc(1, sizeof(*destination));
	int r;

	if (!destination)
		return -ENOMEM;
	destination->references = 1;
	r = arena_new(DESTINATION_BYTES_MAX, &destination->arena);
	if (r == 0)
		r = copy_hook(destination, hook);
	if (r < 0)
		return r;
	*ret = TAKE_PTR(destination);
	return 0;
}

struct destination *destination_ref(struct destination *destination)
{
	destination->references++;
	return destination;
}

static void wipe(const unsigned char *key, size_t length)
{
	if (key)
		explicit_bzero((unsigned char *)key, length);
}

void destination_unref(struct destination *destination)
{
	if (!destination || --destination->references > 0)
		return;
	wipe(destination->hook.secret, destination->hook.secret_length);
	wipe(destination->hook.next_secret, destination->hook.next_secret_length);
	wipe((const unsigned char *)destination->hook.password,
		destination->hook.password ? strlen(destination->hook.password) : 0);
	access_unref(destination->hook.access);
	arena_free(destination->arena);
	free(destination);
}
