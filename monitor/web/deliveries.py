"""What a person does to a message that did not arrive: send it again."""

from django.contrib import messages
from django.contrib.auth.models import AnonymousUser, User
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from monitor.models import ChannelState, Delivery
from monitor.pipeline import deliver

RESENDERS = ("officer", "admin")


def may_resend(user: User | AnonymousUser) -> bool:
    """Telling people is the duty officers' business, and the administrators'."""
    return user.is_superuser or user.groups.filter(name__in=RESENDERS).exists()


@require_POST
def resend(request: HttpRequest, pk: int) -> HttpResponse:
    if not may_resend(request.user):
        raise PermissionDenied("只有值班员和管理员可以重新发送")
    delivery = Delivery.objects.select_related("notice__alert").filter(pk=pk).first()
    if delivery is None:
        raise Http404("没有这条推送")
    if not deliver.resend(pk):
        messages.info(request, "这条推送不在失败状态，或内容已不保留，没有重新发送。")
    elif ChannelState.objects.filter(slug=delivery.channel).exclude(stopped=None).exists():
        messages.info(request, "已重新排队，但渠道停用着：恢复渠道后才会发出。")
    else:
        messages.success(request, "已重新排队，即将发出。")
    alert = delivery.notice.alert
    return redirect(f"{reverse('alert', args=[alert.number])}#told" if alert else "alerts")
