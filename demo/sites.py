"""The county's sites: what each publishes in, and what is special about fetching it."""

from dataclasses import dataclass
from enum import StrEnum


class Form(StrEnum):
    """How a feed is written."""

    RSS2 = "RSS 2.0"
    RSS1 = "RSS 1.0"
    ATOM = "Atom"
    JSON = "JSON Feed"


class Manner(StrEnum):
    """How a site behaves towards whoever asks."""

    PLAIN = "plain"
    SLOW = "slow"
    BROKEN = "broken"
    MORTAL = "mortal"
    HOSTILE = "hostile"


@dataclass(frozen=True, slots=True)
class Site:
    """One site. `declared` is what its XML and header claim, `written` what its bytes are in."""

    slug: str
    name: str
    form: Form
    note: str
    manner: Manner = Manner.PLAIN
    declared: str = "utf-8"
    written: str = "utf-8"
    etag: bool = True
    last_modified: bool = False
    dates: str = "standard"  # "standard", "chinese" (2026年11月2日 08:30) or "bare" (no zone)

    @property
    def path(self) -> str:
        return f"/{self.slug}/feed.{'json' if self.form is Form.JSON else 'xml'}"


SITES: tuple[Site, ...] = (
    Site("fabu", "青溪发布", Form.RSS2, "官方账号；ETag 与 Last-Modified 都有", last_modified=True),
    Site(
        "zhengfu",
        "青溪县人民政府网",
        Form.RSS2,
        "老网站：声明 gb2312，实际是 gb18030（有 ㎡ 等字）",
        declared="gb2312",
        written="gb18030",
    ),
    Site(
        "xiangzhen",
        "青溪乡镇之声",
        Form.ATOM,
        "只认 Last-Modified，没有 ETag",
        etag=False,
        last_modified=True,
    ),
    Site("ribao", "江岭日报", Form.RSS1, "省级媒体；老式 RDF"),
    Site("wanbao", "云岚晚报", Form.ATOM, "市级媒体；ETag"),
    Site(
        "xinwen",
        "云岚新闻网",
        Form.RSS2,
        "很慢：每次要等六到八秒",
        Manner.SLOW,
        last_modified=True,
    ),
    Site(
        "zixun",
        "江岭快资讯",
        Form.RSS2,
        "标题和正文里混着脚本、样式、双重转义",
        Manner.HOSTILE,
    ),
    Site("luntan", "青溪论坛", Form.RSS2, "市民论坛；正文是 HTML", last_modified=True),
    Site("weiyu", "微语·青溪同城", Form.JSON, "短帖，没有标题"),
    Site("liuyan", "云岚市民留言板", Form.ATOM, "来信；文件开头有 BOM", written="utf-8-sig"),
    Site("shipin", "青视频·青溪同城", Form.JSON, "短视频的文字和评论"),
    Site(
        "shenghuo",
        "云岚生活圈",
        Form.RSS2,
        "每两分钟掉线一次，约半分钟后回来；日期写成中文",
        Manner.MORTAL,
        dates="chinese",
    ),
    Site("linxian", "邻县见闻", Form.RSS1, "外县新闻；日期不带时区", dates="bare"),
    Site(
        "jiuzhan",
        "青溪旧版信息网",
        Form.RSS2,
        "坏站：一会儿回 500，一会儿回一页 HTML",
        Manner.BROKEN,
    ),
)
BY_SLUG = {site.slug: site for site in SITES}
