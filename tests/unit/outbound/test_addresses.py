"""One parser for every address that others name: at submit, at quote, at fetch and at download."""
# ruff: noqa: RUF001 - hosts in the scripts and widths that people write them in

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from easel.domain.limits import REFERENCE_URL
from easel.outbound.addresses import Address, BadAddress, origins, parse_address

TRUSTED = origins(["http://127.0.0.1:8091", "https://pictures.internal"])


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("https://pictures.example/fox.png", "https://pictures.example/fox.png"),
        ("HTTPS://Pictures.Example", "https://pictures.example/"),
        ("https://pictures.example.:443/a?b=c#d", "https://pictures.example/a?b=c"),
        ("https://pictures.example:8443/a%20b?x=%2F&y=z", "https://pictures.example:8443/a%20b?x=%2F&y=z"),
        ("https://pictures.example?x=1", "https://pictures.example/?x=1"),
        ("https://pictures.example:/", "https://pictures.example/"),
        ("https://bücher.example/füchse.png", "https://xn--bcher-kva.example/f%C3%BCchse.png"),
        ("https://straße.example/", "https://xn--strae-oqa.example/"),
        ("https://例え.テスト/", "https://xn--r8jz45g.xn--zckzah/"),
        ("https://xn--bcher-kva.example/", "https://xn--bcher-kva.example/"),
        ("https://a_b.example/", "https://a_b.example/"),
        ("https://93.184.215.14/", "https://93.184.215.14/"),
        ("https://[2606:4700:0:0::1111]:8443/", "https://[2606:4700::1111]:8443/"),
        ('https://pictures.example/"<>|^`{}', "https://pictures.example/%22%3C%3E%7C%5E%60%7B%7D"),
    ],
)
def test_an_address_is_read_into_parts_that_are_safe_to_send(text: str, expected: str) -> None:
    address = parse_address(text)
    assert str(address) == expected
    assert parse_address(str(address)) == address, "and reading it again changes nothing"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "without a host"),
        ("fox.png", "without a host"),
        ("/fox.png", "without a host"),
        ("//pictures.example/", "without a host"),
        ("https:pictures.example", "without a host"),
        ("https:///fox.png", "without a host"),
        ("https://", "without a host"),
        ("https://./", "without a host"),
        ("http://pictures.example/", "https"),
        ("ftp://pictures.example/", "https"),
        ("gopher://pictures.example/", "https"),
        ("https://user@pictures.example/", "login"),
        ("https://user:secret@pictures.example/", "login"),
        ("https://:@pictures.example/", "login"),
        ("https://@pictures.example/", "login"),
        ("https://a@b@pictures.example/", "login"),
        ("https://pictures.example:0/", "no such port"),
        ("https://pictures.example:65536/", "no such port"),
        ("https://pictures.example:-1/", "no such port"),
        ("https://pictures.example:443:443/", "no such port"),
        ("https://pictures.example:٤٤٣/", "no such port"),
        ("https://pictures.example:x/", "no such port"),
        ("https://[2606:4700::1111]x/", "no such port"),
        ("https://xn--/", "no such host"),
        ("https://xn--a.example/", "no such host"),
        ("https://xn--zzzzzzzzzz99999.example/", "no such host"),
        ("https://a..example/", "no such host"),
        ("https://-a.example/", "no such host"),
        ("https://a-.example/", "no such host"),
        (f"https://{'a' * 64}.example/", "no such host"),
        (f"https://{'a.' * 127}example/", "no such host"),
        ("https://ex%61mple.com/", "no such host"),
        ("https://ex*mple.com/", "no such host"),
        ("https://[::1/", "no such host"),
        ("https://[fe80::1%25eth0]/", "no such host"),
        ("https://[]/", "no such host"),
        ("https://256.1.1.1/", "no such host"),
        ("https://0177.0.0.1/", "no such host"),
        ("https://\u2603\u200d.example/", "not printed"),
        ("https://pictures.example/\x00", "not printed"),
        ("https://pictures.example/a b", "not printed"),
        ("https://pictures.example/\n", "not printed"),
        (" https://pictures.example/", "not printed"),
        ("data:image/png;base64,secret", "holds the picture itself"),
        ("DATA:image/png;base64," + "A" * REFERENCE_URL, "holds the picture itself"),
        ("https://pictures.example/\ud83e", "not printed"),
        ("https://pictures\u00ad.example/", "not printed"),
        ("https://pictures.example\\@evil.example/", "backslash"),
        ("https://127.0.0.1/", "public"),
        ("https://10.1.2.3/", "public"),
        ("https://169.254.169.254/latest/meta-data/", "public"),
        ("https://127.1/", "public"),
        ("https://2130706433/", "public"),
        ("https://0x7f000001/", "public"),
        ("https://1.2.3.4.5/", "public"),
        ("https://[::1]/", "public"),
        ("https://[::ffff:127.0.0.1]/", "public"),
        ("https://[64:ff9b::7f00:1]/", "public"),
        ("https://localhost/", "public"),
        ("https://LOCALHOST./", "public"),
        ("https://a.localhost/", "public"),
        ("https://intranet/", "public"),
        ("https://１２７.0.0.1/", "public"),
        ("http://127.0.0.1:8092/", "https"),
        ("https://pictures.example/" + "x" * REFERENCE_URL, "longer than"),
        ("https://pictures.example/" + "ü" * (REFERENCE_URL // 2), "longer than"),
    ],
    ids=lambda value: ascii(value)[:50],
)
def test_an_address_that_is_not_called_has_a_reason(text: str, reason: str) -> None:
    with pytest.raises(BadAddress) as caught:
        parse_address(text, TRUSTED)
    assert reason in caught.value.reason
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize("text", ["http://127.0.0.1:8091/1.png", "https://pictures.internal/1.png"])
def test_a_trusted_origin_may_be_http_and_anywhere(text: str) -> None:
    assert str(parse_address(text, TRUSTED)) == text


@pytest.mark.parametrize(
    "text",
    [
        "http://127.0.0.1:8092/",
        "https://127.0.0.1:8091/",
        "http://localhost:8091/",
        "http://127.0.0.1:8091@evil.example/",
    ],
)
def test_trust_is_for_exactly_one_scheme_host_and_port(text: str) -> None:
    with pytest.raises(BadAddress):
        parse_address(text, TRUSTED)


_PIECES = st.sampled_from(
    [
        *(
            "https",
            "http",
            ":",
            "//",
            "/",
            "@",
            "?",
            "#",
            "[",
            "]",
            "%",
            "\\",
            ".",
            "-",
            "_",
            "xn--",
            "a",
            "example",
            "com",
        ),
        *("127.0.0.1", "::1", "0x7f", "65536", "443", "ü", "ß", "\u200d", "\u0130", "\ud800", " ", "\x00", "１", "。"),
    ]
)


@given(st.lists(_PIECES, max_size=12).map("".join) | st.text(max_size=60))
@example("https://a。b/")
def test_no_text_is_too_odd_to_be_read_or_refused(text: str) -> None:
    for candidate in (text, f"https://{text}", f"https://{text}/a", f"https://a.example/{text}"):
        try:
            address = parse_address(candidate, TRUSTED)
        except BadAddress:
            continue
        assert isinstance(address, Address)
        sent = f"{address.host}{address.target}"
        assert sent.isascii()
        assert sent.isprintable()
        assert " " not in sent
        assert 0 < address.port < 65536
        assert parse_address(str(address), TRUSTED) == address
