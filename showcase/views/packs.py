"""Pages of the recommendation pack: staff write and share it; staff and the lead authority each read their edition."""

import json
import uuid

from flask import Blueprint, Response, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from showcase.access import current_actor, requires
from showcase.forms.base import errors_on
from showcase.forms.packs import PackForm, pack_form
from showcase.listing import download, note_export
from showcase.models import InterestList, Pack, Plan, utc_now
from showcase.policies import Permission
from showcase.services import documents, pack_content, pack_notice, packs
from showcase.services.pack_content import Content
from showcase.services.workbooks import Sheet

bp = Blueprint("packs", __name__)


@bp.post("/interest-lists/<uuid:interestlist_id>/pack")
@requires(Permission.PACK_MAKE, InterestList)
def start(interestlist: InterestList) -> ResponseReturnValue:
    """Start the pack of a list, or go to the one there is."""
    pack = packs.start(interestlist, by=current_actor(), now=utc_now())
    return redirect(url_for(".edit", pack_id=pack.id))


@bp.get("/packs/<uuid:pack_id>")
@requires(Permission.PACK_SEE, Pack)
def show(pack: Pack) -> ResponseReturnValue:
    """Show the pack in the reader's edition."""
    return render_template("packs/show.html", pack=pack, content=_content(pack))


@bp.get("/packs/<uuid:pack_id>.pdf")
@requires(Permission.PACK_SEE, Pack)
def as_pdf(pack: Pack) -> ResponseReturnValue:
    """Give the same as a PDF."""
    note_export("recommendation-pack.pdf", 1)
    made = documents.pdf(render_template("packs/document.html", content=_content(pack)))
    return _file(made, "application/pdf", "recommendation-pack.pdf")


@bp.get("/packs/<uuid:pack_id>.json")
@requires(Permission.PACK_SEE, Pack)
def as_json(pack: Pack) -> ResponseReturnValue:
    """Give the same for programs."""
    note_export("recommendation-pack.json", 1)
    text = json.dumps(_content(pack).as_values(), ensure_ascii=False, indent=2)
    return _file(text.encode(), "application/json", "recommendation-pack.json")


@bp.get("/packs/<uuid:pack_id>.xlsx")
@requires(Permission.PACK_SEE, Pack)
def as_xlsx(pack: Pack) -> ResponseReturnValue:
    """Give the same as a workbook: the words on the first sheet, then a sheet for each table."""
    content = _content(pack)
    words = [("", notice) for notice in content.notices]
    words += [(section.title, text) for section in content.sections for text in section.words]
    sheets = [Sheet("Pack", (content.title, content.edition), words)]
    for section in content.sections:
        for number, table in enumerate(section.tables, start=1):
            sheets.append(Sheet(f"{section.title[:27]} {number}", table.head, table.rows))
    return download("recommendation-pack", "xlsx", sheets)


@bp.route("/packs/<uuid:pack_id>/edit", methods=["GET", "POST"])
@requires(Permission.PACK_EDIT, Pack)
def edit(pack: Pack) -> ResponseReturnValue:
    """Write the pack."""
    plans = packs.plans_to_choose(pack.interest_list)
    form, fields = pack_form(pack, plans, pack_notice.ASKS)
    if form.validate_on_submit():
        with errors_on(form, "recommendation"):
            sent = form.revision.data or ""
            words = {name: _clean(form[name].data) for name in packs.WORDS}
            notice = {name.removeprefix("notice_"): _clean(field.data) for name, field in fields.items()}
            packs.save(
                pack,
                words,
                notice,
                _chosen(form, plans),
                revision=int(sent) if sent.isdecimal() else -1,
                by=current_actor(),
                now=utc_now(),
            )
            flash("Saved.", "success")
            return redirect(url_for(".show", pack_id=pack.id))
        form.revision.data = str(pack.revision)
    page = render_template("packs/edit.html", pack=pack, form=form, fields=fields)
    return page, form.status


@bp.post("/packs/<uuid:pack_id>/share")
@requires(Permission.PACK_EDIT, Pack)
def share(pack: Pack) -> ResponseReturnValue:
    """Let the lead authority read its edition."""
    packs.share(pack, by=current_actor(), now=utc_now())
    flash("Shared. The lead authority was told.", "success")
    return redirect(url_for(".show", pack_id=pack.id))


@bp.app_template_global()
def pack_of(interest_list: InterestList) -> Pack | None:
    """Return the pack of a list that the reader may read."""
    return packs.find(interest_list, seen_by=current_actor())


def _content(pack: Pack) -> Content:
    return pack_content.content(pack, seen_by=current_actor(), now=utc_now())


def _chosen(form: PackForm, plans: list[Plan]) -> Plan | None:
    chosen = form.plan.data
    return next((plan for plan in plans if chosen and plan.id == uuid.UUID(chosen)), None)


def _clean(text: str | None) -> str:
    return (text or "").replace("\r\n", "\n").strip()


def _file(data: bytes, mimetype: str, name: str) -> Response:
    answer = Response(data, mimetype=mimetype)
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer
