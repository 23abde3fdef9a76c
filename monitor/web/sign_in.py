"""Signing in by password or one-time link, and signing out."""

from django.contrib import messages
from django.contrib.auth import authenticate, login, logout
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST
from django_htmx.http import HttpResponseClientRefresh

from monitor.pipeline import accounts
from monitor.web import throttle

BACKEND = "django.contrib.auth.backends.ModelBackend"
WRONG = "用户名或口令不对。"
TOO_OFTEN = "尝试次数过多，请 15 分钟后再试；急用请管理员发一次性登录链接（yuqing user link）。"
SPENT = "这个链接已经用过或已过期。请管理员重新生成一个：yuqing user link 用户名"


@sensitive_post_parameters("password")
@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def by_password(request: HttpRequest) -> HttpResponse:
    if request.headers.get("HX-Request"):
        # A refreshing part of a page met an expired session: the whole page signs in again.
        return HttpResponseClientRefresh()
    following = _following(request)
    if request.method == "POST":
        name, password = request.POST.get("username", ""), request.POST.get("password", "")
        status, words = _try(request, name[:150], password[:1000])
        if not words:
            return redirect(following)
        return render(
            request,
            "sign_in.html",
            {"wrong": words, "username": name[:150], "next": following},
            status=status,
        )
    if request.user.is_authenticated:
        return redirect(following)
    return render(request, "sign_in.html", {"next": following})


def _try(request: HttpRequest, name: str, password: str) -> tuple[int, str]:
    """Sign in; returns the status and what is wrong, in words (empty: signed in)."""
    address = request.META.get("REMOTE_ADDR", "")
    if not throttle.allowed(name, address):
        return 429, TOO_OFTEN
    user = authenticate(request, username=name, password=password)
    if user is None:
        return 401, WRONG
    throttle.succeeded(name, address)
    login(request, user)
    return 200, ""


def _following(request: HttpRequest) -> str:
    """Where to go afterwards: a page of this console and nowhere else."""
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    safe = url_has_allowed_host_and_scheme(
        wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return wanted if safe else "/"


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def by_link(request: HttpRequest, token: str) -> HttpResponse:
    """GET shows a button and uses nothing up: chat programs fetch links to preview them."""
    if request.method != "POST":
        return render(request, "enter.html")
    user = accounts.redeem(token)
    if user is None or not user.is_active:
        return render(request, "enter.html", {"wrong": SPENT}, status=410)
    login(request, user, backend=BACKEND)
    return redirect("alerts")


@login_not_required
@require_POST
def out(request: HttpRequest) -> HttpResponse:
    logout(request)
    messages.info(request, "已退出登录。")
    return redirect("sign-in")
