#include "http/guard.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>

#include <cmocka.h>

#include "base/macro.h"

static void test_guard_lets_public_addresses_pass(void **state)
{
	static const char *const addresses[] = {"1.1.1.1", "8.8.8.8", "93.184.216.34", "172.15.0.1",
		"172.32.0.1", "100.63.255.255", "100.128.0.1", "126.255.255.255", "128.0.0.1",
		"169.253.1.1", "192.0.1.1", "198.17.0.1", "198.20.0.1", "223.255.255.255",
		"2606:4700::1111", "2a00:1450:4001::1", "64:ff9b::808:808", "::ffff:8.8.8.8",
		"2002:0808:0808::1"};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(addresses); i++)
		if (!guard_allows_text(NULL, addresses[i]))
			fail_msg("%s is refused", addresses[i]);
}

static void test_guard_refuses_private_and_special_addresses(void **state)
{
	static const char *const addresses[] = {"0.0.0.0", "0.1.2.3", "10.0.0.1", "10.255.255.255",
		"100.64.0.1", "100.127.255.255", "100.100.100.200", "127.0.0.1", "127.255.255.254",
		"169.254.169.254", "168.63.129.16", "172.16.0.1", "172.31.255.255", "192.0.0.192",
		"192.0.2.1", "192.88.99.1", "192.168.0.1", "198.18.0.1", "198.19.255.255",
		"198.51.100.7", "203.0.113.7", "224.0.0.1", "239.255.255.250", "240.0.0.1",
		"255.255.255.255", "::", "::1", "fe80::1", "fec0::1", "fc00::1", "fd00:ec2::254",
		"ff02::1", "100::1", "2001:db8::1", "3fff::1", "5f00::1", "64:ff9b:1::1"};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(addresses); i++)
		if (guard_allows_text(NULL, addresses[i]))
			fail_msg("%s passes", addresses[i]);
}

static void test_guard_looks_into_addresses_that_carry_others(void **state)
{
	static const char *const addresses[] = {"::ffff:127.0.0.1", "::ffff:10.0.0.1",
		"::ffff:0:169.254.169.254", "::127.0.0.1", "::10.0.0.1", "64:ff9b::7f00:1",
		"64:ff9b::a9fe:a9fe", "2002:7f00:1::1", "2002:a00:1::",
		/* Teredo: the client's IPv4 address is inverted, here 127.0.0.1 */
		"2001:0:5ef5:79fd:0:59d:80ff:fffe",
		/* ISATAP */
		"2a00:1450::5efe:10.0.0.1", "2a00:1450::200:5efe:127.0.0.1"};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(addresses); i++)
		if (guard_allows_text(NULL, addresses[i]))
			fail_msg("%s passes", addresses[i]);
}

static void test_guard_is_lifted_for_named_prefixes_only(void **state)
{
	static const char allowed[] = "127.1.0.0/16, fd00::/8\t10.0.0.7";

	(void)state;
	assert_true(guard_allows_text(allowed, "127.1.0.1"));
	assert_true(guard_allows_text(allowed, "127.1.255.255"));
	assert_true(guard_allows_text(allowed, "::ffff:127.1.0.1"));
	assert_true(guard_allows_text(allowed, "fd12::1"));
	assert_true(guard_allows_text(allowed, "10.0.0.7"));
	assert_false(guard_allows_text(allowed, "127.2.0.1"));
	assert_false(guard_allows_text(allowed, "127.0.255.255"));
	assert_false(guard_allows_text(allowed, "10.0.0.8"));
	assert_false(guard_allows_text(allowed, "fc00::1"));
	assert_true(guard_allows_text("127.128.0.0/9", "127.200.0.1"));
	assert_false(guard_allows_text("127.128.0.0/9", "127.127.0.1"));
}

static void test_guard_is_lifted_by_yes(void **state)
{
	(void)state;
	assert_true(guard_allows_text("yes", "127.0.0.1"));
	assert_true(guard_allows_text("yes", "::1"));
	assert_true(guard_allows_text("10.0.0.0/8 yes", "fe80::1"));
}

static void test_guard_is_not_lifted_by_what_is_no_prefix(void **state)
{
	static const char *const words[] = {"", " ", "no", "yesterday", "127.0.0.1/33",
		"127.0.0.1/", "127.0.0.1/-1", "127.0.0.1/8x", "127.0.0/8", "localhost", "::1/129",
		"127.0.0.1/0x8", "127.0.0.1/99999999999999999999999",
		"0000000000000000000000000000000000000000000000000000000000000000000127.0.0.1"};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(words); i++) {
		assert_false(guard_allows_text(words[i], "127.0.0.1"));
		assert_true(guard_allows_text(words[i], "8.8.8.8"));
	}
}

static void test_guard_refuses_what_is_no_address(void **state)
{
	(void)state;
	assert_false(guard_allows_text("yes", ""));
	assert_false(guard_allows_text("yes", "localhost"));
	assert_false(guard_allows_text(NULL, "0x7f.1"));
}

static void test_guard_reads_socket_addresses(void **state)
{
	struct sockaddr_in v4 = {.sin_family = AF_INET};
	struct sockaddr_in6 v6 = {.sin6_family = AF_INET6};
	struct sockaddr other = {.sa_family = AF_UNIX};

	(void)state;
	assert_int_equal(inet_pton(AF_INET, "127.0.0.1", &v4.sin_addr), 1);
	assert_int_equal(inet_pton(AF_INET6, "::ffff:10.0.0.1", &v6.sin6_addr), 1);
	assert_false(guard_allows(NULL, (struct sockaddr *)&v4));
	assert_false(guard_allows(NULL, (struct sockaddr *)&v6));
	assert_true(guard_allows("127.0.0.1", (struct sockaddr *)&v4));
	assert_true(guard_allows("10.0.0.0/8", (struct sockaddr *)&v6));
	assert_false(guard_allows("yes", &other));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_guard_lets_public_addresses_pass),
		cmocka_unit_test(test_guard_refuses_private_and_special_addresses),
		cmocka_unit_test(test_guard_looks_into_addresses_that_carry_others),
		cmocka_unit_test(test_guard_is_lifted_for_named_prefixes_only),
		cmocka_unit_test(test_guard_is_lifted_by_yes),
		cmocka_unit_test(test_guard_is_not_lifted_by_what_is_no_prefix),
		cmocka_unit_test(test_guard_refuses_what_is_no_address),
		cmocka_unit_test(test_guard_reads_socket_addresses),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
