"""What a person does to a channel: let it send again."""

from django.contrib import messages
from django.contrib.auth.models import AnonymousUser, User
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from monitor.models import ChannelState
from monitor.pipeline import buckets, knowledge


def may_resume(user: User | AnonymousUser) -> bool:
    """Channels are the administrators' business."""
    return user.is_superuser or user.groups.filter(name="admin").exists()


@require_POST
def resume(request: HttpRequest, slug: str) -> HttpResponse:
    if not may_resume(request.user):
        raise PermissionDenied("只有管理员可以恢复渠道")
    if not ChannelState.objects.filter(slug=slug).exclude(stopped=None).exists():
        if slug not in knowledge.current().values.channels:
            raise Http404("没有这个渠道")
        messages.info(request, "这个渠道没有停用，不必恢复。")
        return redirect("alerts")
    waiting = buckets.resume(slug)
    messages.success(request, f"渠道已恢复，{waiting} 条待发的消息即将发出。")
    return redirect("alerts")
