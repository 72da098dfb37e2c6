#include "http/transfer.h"

#include <errno.h>
#include <string.h>

void transfer_free(struct http_transfer *transfer)
{
	curl_slist_free_all(transfer->headers);
	curl_slist_free_all(transfer->own);
	if (transfer->cookies)
		(void)curl_share_cleanup(transfer->cookies);
	access_unref(transfer->request.access);
	location_clear(&transfer->location);
	free(transfer->permanent_url);
	buffer_free(&transfer->hops);
	free((char *)transfer->request.method);
	free((char *)transfer->request.bound_url);
	free((void *)transfer->request.body);
	free((char *)transfer->request.user_agent);
	free((char *)transfer->request.private_networks);
	free((char *)transfer->request.access_url);
	free(transfer);
}

static int copy_string(const char *text, const char **ret)
{
	if (!text)
		return 0;
	*ret = strdup(text);
	return *ret ? 0 : -ENOMEM;
}

static int add_headers(struct curl_slist **list, const char *const *headers)
{
	for (; headers && *headers; headers++) {
		struct curl_slist *longer = curl_slist_append(*list, *headers);

		if (!longer)
			return -ENOMEM;
		*list = longer;
	}
	return 0;
}

/* Bound headers first, so that the others are the end of the same list. */
static int copy_headers(struct http_transfer *transfer, const struct http_request *request)
{
	struct curl_slist *rest = NULL;
	struct curl_slist *last;
	int r;

	r = add_headers(&rest, request->headers);
	if (r >= 0 && request->body) /* no waiting for "100 Continue" */
		r = add_headers(&rest, (const char *const[]){"Expect:", NULL});
	if (r >= 0)
		r = add_headers(&transfer->headers, request->bound_headers);
	if (r < 0) {
		curl_slist_free_all(rest);
		return r;
	}
	transfer->unbound = rest;
	for (last = transfer->headers; last && last->next; last = last->next)
		;
	if (last)
		last->next = rest;
	else
		transfer->headers = rest;
	return 0;
}

int transfer_own_headers(struct http_transfer *transfer, const struct curl_slist *others)
{
	int r = 0;

	curl_slist_free_all(transfer->own);
	transfer->own = NULL;
	for (; others && r >= 0; others = others->next)
		r = add_headers(&transfer->own, (const char *const[]){others->data, NULL});
	if (r >= 0)
		r = add_headers(
			&transfer->own, (const char *const *)transfer->request.access->headers);
	return r;
}

static int copy_access(struct http_transfer *transfer, const struct http_request *request)
{
	if (!request->access)
		return 0;
	transfer->request.access = access_ref(request->access);
	if (request->access->cookies) {
		transfer->cookies = reach_new_jar();
		if (!transfer->cookies)
			return -ENOMEM;
	}
	return copy_string(request->access_url ? request->access_url : request->url,
		&transfer->request.access_url);
}

static int copy_request(
	struct http_transfer *transfer, const struct http_request *request, const char *allowed)
{
	struct http_request *copy = &transfer->request;
	void *body;

	*copy = (struct http_request){
		.unguarded = request->unguarded,
		.polite = request->polite,
		.bulk = request->bulk,
		.redirects_max = request->redirects_max,
		.body_max = request->body_max,
		.packed = request->packed,
		.truncate = request->truncate,
		.patient = request->patient,
	};
	if (request->method && strcmp(request->method, "GET") != 0 &&
		copy_string(request->method, &copy->method) < 0)
		return -ENOMEM;
	if (copy_string(request->bound_url, &copy->bound_url) < 0 ||
		copy_string(request->user_agent, &copy->user_agent) < 0 ||
		copy_string(request->private_networks ? request->private_networks : allowed,
			&copy->private_networks) < 0)
		return -ENOMEM;
	if (copy_access(transfer, request) < 0)
		return -ENOMEM;
	if (request->body) {
		body = malloc(request->body_length + 1);
		if (!body)
			return -ENOMEM;
		memcpy(body, request->body, request->body_length);
		copy->body = body;
		copy->body_length = request->body_length;
	}
	return copy_headers(transfer, request);
}

int transfer_new(
	const struct http_request *request, const char *allowed, struct http_transfer **ret)
{
	struct http_transfer *transfer = calloc(1, sizeof(*transfer));
	int r;

	if (!transfer)
		return -ENOMEM;
	transfer->trace.polite = request->polite;
	transfer->hops = BUFFER_INIT(HTTP_REDIRECTS_MAX * (URL_BYTES_MAX + 8));
	transfer->left = request->timeout > 0 ? request->timeout : HTTP_TRANSFER_TIMEOUT;
	r = copy_request(transfer, request, allowed);
	if (r < 0) {
		transfer_free(transfer);
		return r;
	}
	*ret = transfer;
	return 0;
}
