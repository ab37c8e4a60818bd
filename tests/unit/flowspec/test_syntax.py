"""Texts that are no JSON or YAML: each mistake by its name, in both."""

import pytest

from pulumi_resource_dataworks.flowspec import InvalidDocumentError, read


def said(text: str) -> str:
    with pytest.raises(InvalidDocumentError) as caught:
        read(text)
    [problem] = caught.value.problems
    assert problem.line > 0
    return problem.render()


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('{"kind": "x",}', "a comma stands before the closing }. Remove the comma."),
        ('{"spec": [1,\n ]}', "a comma stands before the closing ]"),
        ('{"kind": "x", // c\n "spec": 1}', "JSON has no comments, and // begins one"),
        ('// c\n{"kind": "x"}', "JSON has no comments, and // begins one"),
        ('/* c\n*/ {"kind": "x"}', "JSON has no comments, and /* begins one"),
        ('{ // c\n"kind": "x"}', "JSON has no comments, and // begins one"),
        ('{"kind": /* c */ "x"}', "JSON has no comments, and /* begins one"),
        ('{"kind": "x" # c\n}', "JSON has no comments, and # begins one"),
        ('{"a": {"b": 1,\n "c": 2}', "{ of line 1 is not closed. Write its } where it ends."),
        ('{"a":\n [', "[ of line 2 is not closed. Write its ] where it ends."),
        ('{"a": [{"b": 1]}', "] stands where { of line 1 has to be closed. Write } before it."),
        ('{"a": [\n{"b": 1, {"c": 2}]}', "a key is expected here, or { of line 2 is not closed"),
        ('{"a": "b', "the text in quotes that begins here does not end"),
        ('{"a": "x\ty"}', "a tab stands inside quotes. Write it as \\t,"),
        ('{"a": "x\ny"}', "a line break stands inside quotes. Write it as \\n,"),
        (r'{"a": "C:\dir"}', "a backslash stands inside quotes by itself"),
        ("{'a': 1}", "a text stands in single quotes"),
        ("{a: 1}", "Write the key in quotes."),
        ('{"a": True}', "Write true."),
        ('{"a": yes}', "Write it in double quotes."),
        ('{"a": 1 "b": 2}', "a comma is missing before this"),
        ('{"a" 1}', "a colon is missing before this"),
        ('{"a": 1}}', "there is a closing bracket too many"),
        ('{"a": 1} {"b": 2}', "there is more after the end of the document"),
        ('{"a": }', "a value is expected here"),
        ('{"a": ,"b": 1}', "a value is expected here"),
        ('{"a": 1,, "b": 2}', "there is a comma too many. Remove it."),
        ('{"a": [, 1]}', "there is a comma too many. Remove it."),
        ("{\u201ca\u201d: 1}", 'U+201C looks like " and is none. Write ".'),
        ('{"a"\uff1a 1}', "U+FF1A looks like : and is none. Write :."),
        ('{"a": 1\uff0c "b": 2}', "U+FF0C looks like , and is none. Write ,."),
        ('{"a":\u00a01}', "U+00A0 looks like a plain space and is none. Write a plain space."),
    ],
)
def test_a_mistake_in_json_is_named(text: str, words: str) -> None:
    assert f"this is not JSON: {words}" in said(text) or (words in said(text) and "not JSON" in said(text))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("kind: x\n\tspec: y", "a tab stands where YAML takes spaces. Indent the line with spaces."),
        ("// c\nkind: x", "a comment begins with // here, and with # in YAML"),
        ("kind: x\n// c\nspec: y\n", "a comment begins with // here"),
        ("a: {b: 1\nc: 2", "{ of line 1 is not closed, or a comma is missing"),
        ("a: 1\nb: [1, 2", "[ of line 2 is not closed, or a comma is missing"),
        ("a: {b: 1 c: 2}", "{ of line 1 is not closed, or a comma is missing before this"),
        ("a: {b: SELECT ${x};}", "a bracket stands in a text without quotes. Put the text in quotes."),
        ("a: {b: x[1]}", "a bracket stands in a text without quotes. Put the text in quotes."),
        ("a: {b: {c: 1} {d: 2}}", "{ of line 1 is not closed, or a comma is missing"),
        ("kind:x\nspec: 1", "a key needs a colon and a space behind it"),
        ("kind\uff1a x\nspec: 1", "U+FF1A looks like : and is none. Write :."),
        ("kind:\u00a0x\nspec: 1", "U+00A0 looks like a plain space and is none. Write a plain space."),
        ("a: b: c", "there is a colon where no key can stand"),
        ("a: */5 * * * ?", "a text that begins with * is an alias to YAML. Put the text in quotes."),
        ("a: @x", "a text cannot begin with this sign in YAML. Put the text in quotes."),
        ("a: 'x\nb: 1", "the quote of line 1 is not closed"),
        ('a: "C:\\dir"', "a backslash stands inside double quotes by itself"),
        ("a:\n  b: 1\n c: 2", "the line does not continue the lines above"),
        ("a: |\n  x\x1by", "it holds the character U+001B, which YAML does not take"),
    ],
)
def test_a_mistake_in_yaml_is_named(text: str, words: str) -> None:
    assert f"this is not YAML: {words}" in said(text)


@pytest.mark.parametrize(
    "text",
    [
        "orders.json",
        '"orders.json"',
        "./flows/my orders.yaml\n",
        "C:\\flows\\orders.json",
        "@orders.yml",
        "file:///flows/orders.yaml",
        "../orders",
        "~/orders.json",
    ],
)
def test_a_files_name_is_no_document(text: str) -> None:
    assert f'this looks like a file\'s name: "{text.strip()}"' in said(text)
    assert "fn::readFile" in said(text)


@pytest.mark.parametrize("text", ["hello", "a.b", "x/y"])
def test_another_word_is_not_called_a_file(text: str) -> None:
    assert "this is not a FlowSpec document but text" in said(text)
    assert read("kind: orders.yaml").root == {"kind": "orders.yaml"}
