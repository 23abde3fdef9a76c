"""纠正: what a person does about the machine's judgement, and the page of all that was done."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.models import AnonymousUser, User
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from monitor.models import Alert, Analysis, Correction, Learned
from monitor.models.correction import Kind
from monitor.pipeline import correct, learning, lessons, regroup
from monitor.pipeline.correct import may_correct
from monitor.pipeline.wording import changes, figures, in_force, outcome
from monitor.text.model import SentimentModel
from monitor.words import Sentiment

PAGE = 30
MODELS = 20
FROM_LIST = "list"
NUMBER_DIGITS = 15
HOMES = {"home": True, "elsewhere": False}


@require_safe
def listing(request: HttpRequest) -> HttpResponse:
    """模型与纠正: every correction, the newest first, and the models learned from them."""
    rows = Correction.objects.select_related("article", "event", "event__alert", "undone_by")
    page = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    shown = list(page.object_list)
    models = [
        {"row": row, "outcome": outcome(row), "figures": figures(row)}
        for row in Learned.objects.defer("content", "held_out")[:MODELS]
    ]
    context = {
        "page": page,
        "rows": list(zip(shown, changes(shown), strict=True)),
        "models": models,
        "current": in_force(),
        "shipped": SentimentModel.shipped().id,
        "least": learning.LEAST,
        "stories": lessons.stories(),
        "may_correct": may_correct(request.user),
        "may_activate": may_activate(request.user),
    }
    return render(request, "corrections.html", context)


@require_POST
def article(request: HttpRequest, pk: int) -> HttpResponse:
    """One thing about an article: `kind` and `value` (for units `add` or `drop`)."""
    by = _corrector(request)
    given = request.POST
    kind, value = given.get("kind", ""), given.get("value", "")
    try:
        if kind == Kind.SENTIMENT and value in set(Sentiment):
            row = correct.sentiment(pk, Sentiment(value), by)
        elif kind == Kind.PLACE and value in HOMES:
            row = correct.place(pk, home=HOMES[value], by=by)
        elif kind == Kind.UNITS and ("add" in given or "drop" in given):
            row = correct.units(pk, _units(pk, given.get("add", ""), given.get("drop", "")), by)
        else:
            raise correct.Refused("没有这样的纠正，请刷新页面后再点")
        messages.success(request, f"{changes([row])[0]}，已生效。点错了可以撤销。")
    except correct.Refused as refusal:
        messages.info(request, f"没有改动：{refusal}。")
    return redirect(f"{reverse('article', args=[pk])}#correct")


def _units(pk: int, add: str, drop: str) -> list[str]:
    """The article's units in force with one more, or one less."""
    analysis = Analysis.objects.filter(pk=pk).first()
    known = correct.in_force(analysis)[Kind.UNITS] if analysis else []
    return [slug for slug in (*known, add) if slug and slug != drop]


@require_POST
def event(request: HttpRequest, pk: int) -> HttpResponse:
    """误报, 漏报, merge with `other` (an event's or alert's number), or split off `article`s."""
    by = _corrector(request)
    kind = request.POST.get("kind", "")
    try:
        if kind == Kind.MERGE:
            row = regroup.merge_events([pk, _number(request.POST.get("other", ""))], by)
            pk, words = row.event_id or pk, f"{changes([row])[0]}。合错了可以撤销。"
        elif kind == Kind.SPLIT:
            row = regroup.split_event(pk, map(int, _numbers(request)), by)
            words = f"{changes([row])[0]}，机器不会再把它们并回来。拆错了可以撤销。"
        elif kind == Kind.FALSE_ALARM:
            correct.false_alarm(pk, by, request.POST.get("remark", ""))
            words = "已判为误报：不再推送，除非有新的求救、伤亡或地点。点错了可以撤销。"
        elif kind == Kind.MISSED:
            correct.missed(pk, by, request.POST.get("remark", ""))
            words = "已判为漏报，预警几秒内发出。"
        else:
            raise correct.Refused("没有这样的纠正，请刷新页面后再点")
        messages.success(request, words)
    except correct.Refused as refusal:
        messages.info(request, f"没有改动：{refusal}。")
    return _to_event(pk)


def _number(text: str) -> int:
    """An event by its own number or by its alert's."""
    text = text.strip()
    if text.isdecimal() and len(text) <= NUMBER_DIGITS:
        return int(text)
    event = Alert.objects.filter(number=text).values_list("event", flat=True).first()
    if event is None:
        raise correct.Refused("请填要合并的事件号或预警号")
    return event


def _numbers(request: HttpRequest) -> list[str]:
    given = request.POST.getlist("article")
    return [text for text in given if text.isdecimal() and len(text) <= NUMBER_DIGITS]


@require_POST
def undo(request: HttpRequest, pk: int) -> HttpResponse:
    by = _corrector(request)
    try:
        row = regroup.undo(pk, by)
        messages.success(request, f"{changes([row])[0]}，已生效。")
    except correct.Refused as refusal:
        messages.info(request, f"没有改动：{refusal}。")
    done = Correction.objects.filter(pk=pk).first()
    if done is None or request.POST.get("from") == FROM_LIST:
        return redirect("corrections")
    if done.article_id is not None:
        return redirect(f"{reverse('article', args=[done.article_id])}#correct")
    return _to_event(done.event_id)


def _to_event(pk: int | None) -> HttpResponse:
    """The event's alert if it has one, else its own page."""
    number = Alert.objects.filter(event=pk).values_list("number", flat=True).first()
    page = reverse("alert", args=[number]) if number else reverse("event", args=[pk])
    return redirect(f"{page}#correct")


@require_POST
def activate(request: HttpRequest) -> HttpResponse:
    """Put a model in force, or go back to another."""
    if not may_activate(request.user):
        raise PermissionDenied("只有管理员可以启用模型")
    name = request.POST.get("model", "")
    try:
        learning.activate(name, request.user.get_username())
        words = f"已启用 {name}，新文章从下一批起用它研读。旧文章请管理员运行 yuqing rescore。"
        messages.success(request, words)
    except learning.Refused as refusal:
        messages.info(request, f"没有改动：{refusal}。")
    return redirect("corrections")


def may_activate(user: User | AnonymousUser) -> bool:
    """Which model reads is the administrators' business."""
    return user.is_superuser or user.groups.filter(name="admin").exists()


def _corrector(request: HttpRequest) -> str:
    if not may_correct(request.user):
        raise PermissionDenied("只有值班员、分析员和管理员可以纠正")
    return request.user.get_username()


def told(rows: Any) -> list[tuple[Correction, str]]:
    """Corrections with their words."""
    known = list(rows)
    return list(zip(known, changes(known), strict=True))
