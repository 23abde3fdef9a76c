"""People of the office: roles, and one-time links for the first sign-in."""

import hashlib
import secrets
from datetime import timedelta

from django.contrib.auth.models import Group, User
from django.db import transaction
from django.utils import timezone

from monitor.models import SignInLink

ROLES = {"officer": "值班员", "analyst": "分析员", "leader": "领导", "admin": "管理员"}
LINK_LIFE = timedelta(hours=2)


def add_user(name: str, password: str | None, role: str) -> User:
    """Create a user with a role; without a password only a one-time link lets them in.

    ValueError when the name is taken or the role unknown.
    """
    if role not in ROLES:
        raise ValueError(f"角色 {role} 不存在，可用：{'、'.join(ROLES)}")
    with transaction.atomic():
        if User.objects.filter(username=name).exists():
            raise ValueError(f"用户 {name} 已存在")
        user = User.objects.create_user(name, password=password)
        user.groups.add(Group.objects.get_or_create(name=role)[0])
    return user


def sign_in_token(user: User) -> str:
    """A token that signs this user in once, within LINK_LIFE."""
    token = secrets.token_urlsafe(32)
    SignInLink.objects.create(user=user, digest=_digest(token), expires=timezone.now() + LINK_LIFE)
    return token


def redeem(token: str) -> User | None:
    """The user whose unused, unexpired token this is; the token is used up by asking."""
    with transaction.atomic():
        used = SignInLink.objects.filter(
            digest=_digest(token), used=None, expires__gt=timezone.now()
        ).update(used=timezone.now())
        if not used:
            return None
        return SignInLink.objects.select_related("user").get(digest=_digest(token)).user


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
