"""`showcase match` and `showcase evaluate`: the ranking on files, without a database.

Reads with `matching.files`, ranks with `matching`, prints a table for people or JSON for programs. A file that cannot
be used ends the command with one line on standard error and exit code 2.
"""

import json
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import click

from matching.collection import Collection
from matching.eligibility import Facet, Needs, Offer, facets
from matching.embedder import EmbedderUnavailable
from matching.encoding import Encoded, encode, encode_challenges
from matching.evaluation import RANKERS, Cache, cache_folder, measure, read_labels, read_texts
from matching.files import Answers, BadFile, Document, Form, read_challenge, read_solutions
from matching.model import BUNDLED, ModelEmbedder
from matching.ranker import RANKER_VERSION, Ranker, Scored
from matching.reasons import Explanation, Pair, explain
from showcase.models.challenge_questions import CHALLENGE_QUESTIONS
from showcase.models.questions import Kind, Questionnaire
from showcase.models.solution_questions import SOLUTION_QUESTIONS
from showcase.models.vocabularies import vocabulary

FACET_VOCABULARIES = ("service_areas", "council_types", "regions", "maturity", "must_haves")

Match = dict[str, Any]


@click.command()
@click.argument("challenge")
@click.option("--solutions", required=True, help="A .jsonl, .csv or .xlsx file: id, name, text; or profile fields.")
@click.option("--top", default=10, show_default=True, type=click.IntRange(min=1), help="How many to show.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.option("--model", default=BUNDLED, show_default=True, help="A sentence-transformers model.")
def match(challenge: str, solutions: str, top: int, as_json: bool, model: str) -> None:
    """Rank a file of solutions for one CHALLENGE (.txt, .md, .json, or - for standard input), with reasons."""
    with _one_line_for_bad_files():
        asked = read_challenge(challenge, _form(CHALLENGE_QUESTIONS))
        offered = read_solutions(solutions, _form(SOLUTION_QUESTIONS))
    result = _match(asked, offered, top, ModelEmbedder(model))
    if as_json:
        click.echo(json.dumps(result, ensure_ascii=False, indent=2))
    else:
        click.echo("\n".join(_table(asked, result)))


@click.command()
@click.option("--corpus", required=True, help="BEIR corpus, .jsonl.")
@click.option("--queries", required=True, help="BEIR queries, .jsonl.")
@click.option("--qrels", required=True, help="BEIR labels, tab-separated.")
@click.option("--ranker", default="hybrid", show_default=True, type=click.Choice(RANKERS))
@click.option("--no-cache", is_flag=True, help="Encode everything again, and keep nothing.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.option("--model", default=BUNDLED, show_default=True, help="A sentence-transformers model.")
def evaluate(corpus: str, queries: str, qrels: str, ranker: str, no_cache: bool, as_json: bool, model: str) -> None:
    """Measure a ranking against labelled queries, only over queries that have labels."""
    with _one_line_for_bad_files():
        documents, asked = read_texts(corpus), read_texts(queries)
        labels = read_labels(qrels, asked, documents)
    cache = None if no_cache else Cache(cache_folder())
    try:
        summary = measure(documents, asked, labels, ranker, ModelEmbedder(model), cache).summary()
    except EmbedderUnavailable as error:
        raise click.ClickException(str(error)) from error
    if as_json:
        click.echo(json.dumps(summary))
    else:
        click.echo("\n".join(f"{name:<16}{figure}" for name, figure in summary.items()))


@contextmanager
def _one_line_for_bad_files() -> Iterator[None]:
    try:
        yield
    except BadFile as error:
        click.echo(str(error), err=True)
        sys.exit(2)


def _form(questionnaire: Questionnaire) -> Form:
    return Form(
        title=questionnaire.title_name,
        matched=tuple(question.name for question in questionnaire if question.is_matched),
        lists=frozenset(question.name for question in questionnaire if question.kind in (Kind.CHOICES, Kind.COUNCILS)),
        headings={heading: question.name for question in questionnaire for heading in question.headings},
    )


def _match(asked: Document, offered: Sequence[Document], top: int, embedder: ModelEmbedder) -> dict[str, Any]:
    model: ModelEmbedder | None = embedder
    try:
        (query,) = encode_challenges([asked.text], embedder)
    except EmbedderUnavailable as error:
        click.echo(f"Ranked by shared words only: {error}", err=True)
        model = None
        (query,) = encode_challenges([asked.text], None)
    encoded = dict(zip((one.text.id for one in offered), encode([one.text for one in offered], model), strict=True))
    ranker = Ranker(Collection.of(encoded.items()))
    by_id = {one.text.id: one for one in offered}
    ranking = ranker.rank(query, top)
    matches = [
        _row(
            rank,
            scored,
            by_id[scored.id],
            asked,
            explain(ranking.judge, Pair(asked.text, query), _pair(by_id, encoded, scored)),
        )
        for rank, scored in enumerate(ranking.matches, start=1)
    ]
    return {"model": model.name if model else "", "ranker": RANKER_VERSION, "matches": matches}


def _pair(by_id: dict[str, Document], encoded: dict[str, Encoded], scored: Scored) -> Pair:
    return Pair(by_id[scored.id].text, encoded[scored.id])


def _row(rank: int, scored: Scored, solution: Document, challenge: Document, why: Explanation) -> Match:
    reasons: list[dict[str, Any]] = []
    if why.passage:
        promised = ("challenge", "solution", "contribution")
        reasons.append({"kind": "passage", **{key: getattr(why.passage, key) for key in promised}})
    if why.terms:
        reasons.append({"kind": "terms", "terms": dict(why.terms.terms), "contribution": why.terms.contribution})
    reasons += [{"kind": "facet", **vars(facet)} for facet in _facets(challenge.answers, solution.answers)]
    return {
        "rank": rank,
        "id": scored.id,
        "name": solution.name,
        "score": scored.score,
        "contributions": dict(scored.contributions),
        "reasons": reasons,
        "gaps": [vars(gap) for gap in why.gaps],
    }


def _facets(challenge: Answers, solution: Answers) -> list[Facet]:
    labels = {id: label for name in FACET_VOCABULARIES for id, label in vocabulary(name).labels.items()}
    needs = Needs(
        service_areas=tuple(challenge.get("service_areas") or ()),
        must_haves=tuple(challenge.get("must_haves") or ()),
        least_maturity=str(challenge.get("least_maturity") or ""),
        council_type=str(challenge.get("council_type") or ""),
        region=str(challenge.get("region") or ""),
        budget=str(challenge.get("budget") or ""),
    )
    price = str(solution.get("price_floor") or "").removesuffix(".0")
    offer = Offer(
        service_areas=tuple(solution.get("service_areas") or ()),
        council_types=tuple(solution.get("council_types") or ()),
        regions=tuple(solution.get("regions") or ()),
        maturity=str(solution.get("maturity") or ""),
        meets=tuple(solution.get("meets") or ()),
        price_floor=int(price) if price.isdigit() else None,
    )
    return facets(needs, offer, labels)


def _table(asked: Document, result: dict[str, Any]) -> Iterator[str]:
    yield f"{asked.name}\nmodel {result['model'] or 'none'}, ranker {result['ranker']}\n"
    for one in result["matches"]:
        yield f"{one['rank']:>3}. {one['name']} ({one['id']})  score {one['score']:.2f}"
        for reason in one["reasons"]:
            yield from _reason_lines(reason)
        yield from (f"       missing  {gap['text']}: {_short(gap['requirement'])}" for gap in one["gaps"])
        yield ""


def _reason_lines(reason: dict[str, Any]) -> Iterator[str]:
    if reason["kind"] == "passage":
        yield f"       passage  {_short(reason['solution'])}  (+{reason['contribution']:.2f})"
        yield f"       answers  {_short(reason['challenge'])}"
    elif reason["kind"] == "terms":
        words = ", ".join(f"{term} {weight:.2f}" for term, weight in reason["terms"].items())
        yield f"       words    {words}"
    else:
        mark = {True: "fits", False: "does not fit", None: "not said"}[reason["fits"]]
        yield f"       {mark:<8} {reason['text']}"


def _short(text: str, width: int = 160) -> str:
    return text if len(text) <= width else text[: width - 1].rsplit(" ", 1)[0] + "…"
