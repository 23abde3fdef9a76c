"""Cues: how a text speaks (it complains, it answers officially, it passes on hearsay)."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from monitor.text.context import Sentences, within
from monitor.text.lookup import Hits, Range, Vocabulary
from monitor.text.phrases import Met, Phrases

QUOTES = 3


@dataclass(frozen=True, slots=True)
class Cue:
    """A way of speaking. A word inside one of the longer `unless` words is none (举报电话)."""

    slug: str
    name: str
    words: tuple[str, ...]
    unless: tuple[str, ...] = ()


# Who is asked: offices, firms that serve the public, and those above them.
_ASKED = (
    "领导/书记/县长/市长/镇长/乡长/局长/主任/政府/部门/上级/县里/镇里/乡里/村里/市里/交警/城管"
    "/公安/派出所/民政/教育局/教体局/住建"
    "/人社/社保/医保/卫健/应急/环保/生态环境/农业农村/市场监管/自然资源/国土/交通局/交通运输"
    "/水利/水务/林业/文旅/纪委/信访/税务/发改"
    "/供电/自来水公司/燃气公司/物业/开发商/学校/医院/法院/检察院/街道办/社区/居委会/村委"
)
# How long it has lasted, and that nothing came of it.
_LASTING = (
    "个月了/半年了/半年多/一年多/年了/几年了/多年/好几年/长期/半个月/一个月/一个多月/几个月"
    "/好几个月/多月/好久/天了/几天了"
    "/多天/到现在/至今/迟迟/一直/依然/仍然/仍未/还没/还没有/每天/天天/经常/三番五次/多次/好几次"
    "/无数次/几次/几回/第几回"
    "/三年/两年/四年/五年/六年/八年/十年/八个月/三个月/四个月/五个月/个钟头/第三天/第四天"
)
_NOTHING = (
    "没人/没人管/没人来/没来/没修/没发/没给/没拿到/没到/没看到/没见/没动静/没解决/没处理/没恢复"
    "/没装/没换/没收到/没结果/没下文"
    "/没回音/没回复/没答复/没有回复/没有答复/没有结果/没有人/没有解决/没有处理/没有发/没有给"
    "/没有到/没有恢复/没有修/没办/没有办"
    "/未解决/未处理/未到账/未发放/未修/未恢复/未得到/未能/未果/无果/无人/不修/不给/不发/不管"
    "/不理/不来/不通/不亮/不退/不让"
    "/不处理/不解决/不答复/不回复/不落实/不见/无法/拿不到/办不/找不到人/等不到/修不好/推诿/推脱"
    "/踢皮球/扯皮/敷衍/糊弄/打不通/占线"
    "/没有到账/没到账/没有通/没通/没交房/没有动/没动/没开工/没动工/没完工/坏了/不见人/讲会/说会"
    "/快了/等通知/走程序/走流程"
)
_CALLED = (
    "打电话/打了电话/拨打/打过/打12345/打了12345/12345/热线/反映/投诉/报修/报过/上报/举报/留言"
    "/找过/找了/问了/去问/问过/讲了/说了"
    "/申请"
)
_WHEN = ("什么时候", "何时", "哪天", "多久")
_WHEN_DONE = (
    "能 才 修 发 给 装 解决 恢复 通 开工 动工 交房 办 换 建 开通 落实 到账 是个头 启动 完工 开放"
    " 处理 兑现 还 结清 通车 实施 公布"
    " 安装 整改 改造 退 到位 拆 有人 硬化 供暖 来水 来电 来气 可以 会"
)
_WHY = ("为什么", "为何", "何解", "怎么")
_WHY_NOT = (
    "还没 还不 一直 总是 老是 没人 不给 不发 不修 不管 不能 不让 没有 没给 没发 没到 就是 不公"
    " 不公布 不公开 取消 停发 少发 迟迟"
    " 至今 到现在 只有 要收 又要 这么久 这么慢 这么难 会这样"
)
_CAN = ("能不能", "能否", "可否", "可不可以", "是否可以", "是否能", "请")
_DO = (
    "解决 处理 修 换 派 管 增 加 装 恢复 取消 改 调 安排 公开 公布 考虑 给个 给我 把 查 督促"
    " 协调 设 建 开通 拧 贴 清 整 严 限 减"
    " 降 早点 快点 尽快 立即 不要 帮 延长 重视 关注 出面 补 说明 明确 核实 答复 告知 有关 相关"
    " 各级 上级 领导 政府 县里 县政府 镇"
    " 交警 城管 教育 住建 民政 纪委 应急 市场监管 环保 生态 自然资源 交通 水利 人社 劳动 公安"
    " 卫健 供电 物业 学校 开发商 职能"
)
_IS_IT = ("是不是", "是否")
_WRONG = (
    "该 应该 合理 合法 合规 存在 违规 违法 有人 有问题 太 要等 涉嫌 属实 不公 有关系 没人"
    " 又要 只 真的要"
)


def _each(first: Sequence[str], then: str) -> Iterator[str]:
    """Every first word with every word that may follow it: 什么时候修, 何时修 …"""
    return (one + two for one in first for two in then.split())


PETITION = Cue(
    "petition",
    "求助投诉",
    (
        *("求助", "投诉", "反映", "曝光", "举报", "维权", "讨说法", "要说法", "给个说法", "求曝光"),
        *("有没有人管", "谁来管", "没人管", "没有人管", "无人管", "谁管管", "管一管", "管管吧"),
        *("求解决", "何时解决", "什么时候解决", "何时能", "到底什么时候", "希望有关部门"),
        *("请有关部门", "希望相关部门", "请相关部门", "恳请", "请领导", "望领导", "请政府", "恳求"),
        *("希望政府", "相关部门能不能", "无人处理", "没人处理", "不处理", "不解决", "迟迟不"),
        *("踢皮球", "推诿", "互相推", "敷衍", "不作为", "上访", "信访", "打了12345", "拨打12345"),
        *("打12345", "求求", "走投无路", "投诉无门", "求关注", "帮忙转发", "大家评评理", "还我"),
        *("怎么办啊", "谁能管", "哪个部门管", "没人理", "置之不理", "不闻不问", "拖着不"),
        *("求扩散", "求转发", "帮转", "帮忙转", "转起来", "扩散出去", "请扩散", "帮顶", "求大家转"),
        *(
            "求解",
            "怎么告",
            "告到哪里",
            "哪里告",
            "去哪告",
            "为民做主",
            "为我们做主",
            "做主",
            "讨个公道",
        ),
        *("要个说法", "一个说法", "给个交代", "给一个交代", "一个交代", "给个准信", "要个准信"),
        *(
            "给个答复",
            "给个结果",
            "给句准话",
            "书面答复",
            "给个日期",
            "明确答复",
            "尽快答复",
            "望回复",
        ),
        *("管管", "查查", "查一查", "查一下", "查清楚", "严查", "彻查", "查清", "来查", "整治整治"),
        *("来看一眼", "来看看", "派人来", "派人查", "派人看", "来人看", "实地看", "来修", "找人修"),
        *("说清楚", "讲清楚", "出来讲句话", "出来说句话", "站出来", "出来解释", "讲句完整话"),
        *(
            "凭什么",
            "合规吗",
            "合法吗",
            "合理吗",
            "何在",
            "天理",
            "还有没有王法",
            "早干嘛去",
            "早干什么去",
        ),
        *(
            "钱呢",
            "钱去哪",
            "钱到哪",
            "钱花到哪",
            "到哪里去了",
            "哪里去了",
            "去了哪里",
            "卡在哪",
            "卡在什么",
        ),
        *(
            "谁负责",
            "谁来负责",
            "谁的责任",
            "谁买单",
            "谁来买单",
            "谁批准",
            "谁批的",
            "谁签",
            "谁验收",
        ),
        *(
            "早晚要出事",
            "迟早出事",
            "迟早要出事",
            "要出大事",
            "非要等",
            "等到出事",
            "等出事",
            "等出人命",
        ),
        *(
            "不敢睡",
            "不敢开窗",
            "不敢走",
            "提心吊胆",
            "苦不堪言",
            "叫苦连天",
            "怨声载道",
            "忍无可忍",
        ),
        *(
            "受不了",
            "遭不住",
            "深受其害",
            "民不聊生",
            "欺人太甚",
            "太欺负人",
            "寒心",
            "心寒",
            "无语",
        ),
        *(
            "太不像话",
            "不像话",
            "岂有此理",
            "太过分",
            "无法无天",
            "明目张胆",
            "黑心",
            "昧良心",
            "坑人",
        ),
        *(
            "请求帮助",
            "请求解决",
            "请求督促",
            "请求处理",
            "请求协调",
            "请求安排",
            "强烈要求",
            "强烈建议",
        ),
        *(
            "强烈反对",
            "强烈谴责",
            "坚决反对",
            "联名",
            "联名信",
            "诉求",
            "呼吁",
            "盼望",
            "盼早日",
            "望早日",
        ),
        *(
            "尽早修",
            "尽快修",
            "尽快解决",
            "尽快处理",
            "尽快恢复",
            "尽快落实",
            "尽快查",
            "立即查",
            "早日修",
        ),
        *(
            "早日解决",
            "及时处理",
            "予以解决",
            "给予解决",
            "加以解决",
            "予以重视",
            "引起重视",
            "高度重视一下",
        ),
        *(
            "尊敬的",
            "领导您好",
            "领导好",
            "领导你好",
            "书记您好",
            "书记好",
            "县长您好",
            "市长您好",
            "局长您好",
        ),
        *("敬爱的", "您好领导", "各位领导", "父母官", "青天", "为盼", "望批复", "望采纳", "敬请"),
        *(
            "装死",
            "装看不见",
            "装聋作哑",
            "视而不见",
            "睁一只眼",
            "不见棺材",
            "懂的都懂",
            "形同虚设",
        ),
        *("为人民服务", "好大的面子", "好大的胆", "谁给的胆", "谁给的权", "有冇人管", "有冇得人管"),
        *_each(_WHEN, _WHEN_DONE),
        *_each(_WHY, _WHY_NOT),
        *_each(_CAN, _DO),
        *_each(_IS_IT, _WRONG),
        "到底/究竟+哪个/怎么/多久/何时/归谁/有没有/是不是/能不能/卡在/为什么/为何/几时",
        # Asked for help or for action, of whom.
        "请求/希望/建议/呼吁/麻烦/拜托/恳求/要求/督促/强烈/盼着/盼望/期盼+" + _ASKED,
        "希望/建议/请求/要求/呼吁/麻烦/帮忙/盼望/期盼+尽快/及时/早日/立即/马上/重视/关注/解决"
        "/整改/处理/落实/核实/核查/查处/查一/取缔"
        "/公开/公示/答复/回复/安装/增设/加装/加强/改善/改造/整治/治理/修复/维修/清理/恢复/开通"
        "/增加/取消/协调/制止/督促/介入/监管/给予"
        "/帮帮/帮我/帮查/帮助/扶持/完善/规范/设置/拆除/更换/延长/调整/禁止/严惩/严肃/公平/公正"
        "/明确/说明/安排/兑现/补发/归还/退还/考虑"
        "/鉴定/修建/新建/建设/硬化/拓宽/疏通/停止/能有/能够/可以/不要",
        # It has lasted, and nothing came of it.
        _LASTING + "+" + _NOTHING,
        _CALLED + "+" + _NOTHING,
        "讲了/说了/报了/投诉/反映/催了/问了/跑了/找了+几年/三年/两年/多少次/多少遍/多少回/几次"
        "/几趟/几回/多次/好几次/半年/几个月/无数次"
        "/三次/四次/五次/六趟/五趟/四趟/三趟/十几次/多年/回回/次次",
        "跑了/跑断/白跑/来回跑/等了+几趟/两趟/四趟/五趟/六趟/三趟/半天/小时/个钟头/钟头/几个月"
        "/半年/一年/没办成/没办/才叫到/没叫到",
        "推给/去问/问村里/问镇里/问局里/问公司/问他+归谁/不归/没拨/没有/不知道/走程序/研究"
        "/综合考虑/手续合规/手续齐全/自己看/讲是/说是",
        # Offices called by name on a platform.
        "@+发布/政府/政务/公安/交警/城管/融媒/平安/信访",
    ),
    (
        *("反映了", "反映出", "反映在", "投诉电话", "举报电话", "投诉举报渠道", "投诉举报电话"),
        *("监督举报", "投诉热线", "举报热线", "举报奖励", "举报邮箱", "欢迎举报", "欢迎投诉"),
        *("信访局", "信访条例", "信访工作", "信访接待", "信访件", "曝光台", "消费维权", "求助热线"),
        *(
            "求助电话",
            "法律维权",
            "维权热线",
            "投诉率",
            "零投诉",
            "投诉处理",
            "投诉举报类",
            "求助类",
        ),
        *(
            "投诉类",
            "举报类",
            "受理投诉",
            "投诉量",
            "诉求量",
            "受理诉求",
            "受理群众诉求",
            "投诉占",
            "举报线索征集",
        ),
        *(
            "举报方式",
            "举报渠道",
            "举报平台",
            "监督电话",
            "举报信箱",
            "曝光度",
            "曝光率",
            "信访干部",
            "信访总量",
        ),
        *(
            "有求必应",
            "不敢开火",
            "无语言",
            "反映情况的同志",
            "敬请谅解",
            "敬请期待",
            "敬请关注",
            "敬请留意",
        ),
        *(
            "敬请注意",
            "敬请理解",
            "敬请光临",
            "敬请配合",
            "尊敬的用户",
            "尊敬的客户",
            "尊敬的旅客",
            "尊敬的业主",
        ),
        *("尊敬的家长", "尊敬的市民", "尊敬的顾客", "尊敬的会员", "尊敬的车主", "尊敬的考生"),
    ),
)

PLEADING = frozenset(part for word in PETITION.words for part in re.split(r"[+/]", word))
"""Words by which people complain, whatever it is about."""

OFFICIAL = Cue(
    "official",
    "官方回应",
    (
        *("情况通报", "警情通报", "情况说明", "辟谣", "官方回应", "官方通报", "经核查", "经调查"),
        *("经查", "经核实", "通报如下", "说明如下", "现将有关情况", "现将相关情况", "现通报"),
        *("回应称", "作出回应", "做出回应", "发布通报", "发布情况", "联合调查组", "已成立调查组"),
        *("成立工作专班", "第一时间成立", "感谢社会各界", "感谢广大网民", "感谢网友", "权威发布"),
        *("处理结果", "您反映的问题", "您反映的", "来信收悉", "现答复如下", "现回复如下"),
        *("答复如下", "回复如下", "责令整改", "已责成"),
    ),
    (
        *("求官方回应", "等官方回应", "等待官方回应", "坐等官方回应", "请官方回应", "期待官方回应"),
        *("希望官方回应", "要求官方回应", "无官方回应", "没有官方回应", "尚无官方回应"),
        *("未作出回应", "未做出回应", "不作出回应", "尚未作出回应", "没有作出回应", "没作出回应"),
        *("求辟谣", "坐等辟谣", "等辟谣", "请辟谣", "希望辟谣", "谁来辟谣", "没有处理结果"),
        *("等处理结果", "没处理结果", "什么处理结果", "财经查", "已经查", "曾经查", "神经查"),
        *("经查看", "经查询", "经查阅"),
    ),
)

RUMOUR = Cue(
    "rumour",
    "疑似不实信息",
    (
        *("网传", "谣言", "据传", "听说", "网上流传", "网络流传", "疯传", "传言", "有消息称"),
        *("朋友圈传", "朋友圈都在传", "群里传", "群里都在传", "都在传", "不实信息", "不实消息"),
        *("造谣", "传谣", "小道消息", "内部消息", "真的假的", "未经证实", "据说", "有网友称"),
    ),
    ("没听说", "没有听说", "听说过", "道听途说者"),
)

# Never voided by tone: see monitor.text.rescue for calls that use none of these words.
RESCUE = Cue(
    "rescue",
    "被困求救",
    (
        *("求救", "救命", "救救我们", "救救我", "救救孩子", "救救老人", "快救人", "等救援"),
        *("等待救援", "急需救援", "需要救援", "请求救援", "求救援", "请救援", "呼叫救援", "等人救"),
        *("没人来救", "快来救", "谁来救", "联系不上", "联系不到", "失去联系", "被困", "受困"),
        *("困在", "被埋在", "出不来", "出不去", "下不来", "撤不出来", "转移不出来", "被洪水围"),
        *("求船", "有没有船", "急需冲锋舟", "需要冲锋舟", "需要皮划艇", "急需转移", "求转移"),
    ),
    (
        *("救命钱", "救命药", "救命恩", "救命稻草", "救命之恩", "养老钱救命", "拿不出来", "求救助"),
        *("困在心", "想不出来", "看不出来", "说不出来", "困在原地", "需要救援队员", "放不下来"),
        *("停不下来", "静不下来", "冷静不下来", "安静不下来", "查不出来", "看不下来", "签不下来"),
        *("批不下来", "钱下不来", "写不出来", "睡不着出不来", "证下不来", "补贴下不来", "款下不来"),
    ),
)

# Out of reach are debtors too: in a sentence with one of these, nobody is in danger.
UNREACHABLE = ("联系不上", "联系不到", "失去联系")
DEBTORS = (
    *("开发商", "物业", "老板", "商家", "客服", "卖家", "房东", "包工头", "工头", "施工方", "公司"),
    *("平台", "中介", "负责人", "厂家", "售后", "店家", "机构", "教练", "健身房", "驾校", "承包商"),
)
# Stuck is also a car in its lane, or a refund: these words need a danger in the same field.
STUCK = ("出不来", "出不去", "下不来")
DANGERS = (
    *("洪水", "山洪", "大水", "涨水", "水位", "积水", "淹", "暴雨", "大雨", "泥石流", "滑坡", "塌"),
    *(
        "地震",
        "着火",
        "起火",
        "火灾",
        "浓烟",
        "煤气",
        "矿",
        "井下",
        "电梯",
        "悬崖",
        "山上",
        "被困",
        "困在",
    ),
)

# A complaint that was heard: thanks, and what was mended.
THANKS = (
    *(
        "感谢",
        "谢谢",
        "致谢",
        "表扬",
        "点赞",
        "点个赞",
        "锦旗",
        "辛苦了",
        "感恩",
        "好评",
        "认个错",
        "夸一夸",
    ),
    *("夸一下", "暖心", "好人一生平安"),
)
PRAISE = (
    "夸一句",
    "夸夸",
    "办得快",
    "办到了心上",
    "真不错",
    "说句公道话",
    "讲句公道话",
    "给力",
    "满意",
    "高兴",
)
MENDED = (
    *(
        "修好了",
        "修好啦",
        "解决了",
        "已解决",
        "得到解决",
        "治好了",
        "填平了",
        "装好了",
        "换好了",
        "办好了",
        "办完",
        "到账了",
    ),
    *(
        "拿到了",
        "要回来了",
        "来水了",
        "来电了",
        "通水了",
        "通电了",
        "通车了",
        "亮了",
        "换了新",
        "真铺好",
        "铺好了",
        "整改了",
    ),
    *(
        "清理干净",
        "干净了",
        "恢复了",
        "找到了",
        "找回来",
        "退回来了",
        "已退",
        "补发了",
        "换了门",
        "灯亮了",
        "真治好",
    ),
)
AGAIN = (
    *(
        "又坏",
        "又堵",
        "又停",
        "又臭",
        "又没",
        "又不",
        "又开始",
        "又来了",
        "没几天又",
        "反弹",
        "还没解决",
        "没解决",
        "没有解决",
    ),
    *(
        "未解决",
        "不解决",
        "尽快解决",
        "何时解决",
        "什么时候",
        "还是没",
        "仍然没",
        "求解决",
        "请解决",
        "恳请",
        "请求",
        "希望尽快",
    ),
    *("没人管", "投诉无门", "不作为", "拖欠", "请尽快", "还没修", "不敢"),
)

# What monitor.text.rescue concludes; no single word shows it.
CALL = Cue("call", "求救", ())

CUES = (PETITION, OFFICIAL, RUMOUR, RESCUE)


class CueRules:
    """All cues, compiled to word numbers of one vocabulary; owners `first`… of the phrases."""

    def __init__(
        self,
        vocabulary: Vocabulary,
        phrases: Phrases,
        first: int,
        cues: Sequence[Cue] = CUES,
    ) -> None:
        self.cues = tuple(cues)
        self._first = first
        for index, cue in enumerate(self.cues):
            phrases.add(first + index, cue.words)
        self._unless = [frozenset(vocabulary.add_all(cue.unless)) for cue in self.cues]
        self._unreachable = frozenset(vocabulary.add_all(UNREACHABLE))
        self._debtors = vocabulary.add_all(DEBTORS)
        self._stuck = frozenset(vocabulary.add_all(STUCK))
        self._dangers = vocabulary.add_all(DANGERS)
        self._thanks = frozenset(vocabulary.add_all(THANKS))
        self._praise = frozenset(vocabulary.add_all(PRAISE))
        self._mended = frozenset(vocabulary.add_all(MENDED))
        self._again = frozenset(vocabulary.add_all(AGAIN))

    def choose(
        self,
        met: Iterable[Met],
        hits: Hits,
        sentences: Sentences,
        safe: frozenset[int],
        *,
        grateful: bool = False,
    ) -> list[tuple[int, Range]]:
        """(cue number, range in the normalised text), in reading order, ≤ 3 a cue.

        In the sentences of `safe` nobody calls for rescue: drills, fiction, rescues that are over.
        Whoever is `grateful` complains no more.
        """
        found: dict[int, set[Range]] = {}
        for owner, place, ranges in met:
            cue = owner - self._first
            if cue < 0 or (grateful and self.cues[cue] is PETITION):
                continue
            if self.cues[cue] is RESCUE and (
                place in safe or self._harmless(ranges[0], place, hits, sentences)
            ):
                continue
            longer = [r for word in hits.keys() & self._unless[cue] for r in hits[word]]
            if not longer or not any(within(*quote, longer) for quote in ranges):
                found.setdefault(cue, set()).update(ranges)
        if not found:
            return []
        quotes = [(cue, quote) for cue, some in found.items() for quote in sorted(some)[:QUOTES]]
        return sorted(quotes, key=lambda quote: (quote[1], quote[0]))

    def grateful(self, title: Hits, body: Hits) -> bool:
        """Whether an article thanks for what was done: its headline does, or somewhere it says
        that the thing is mended and thanks for it, and nothing of new trouble."""
        if not body.keys().isdisjoint(self._again) or not title.keys().isdisjoint(self._again):
            return False
        thanks = not title.keys().isdisjoint(self._thanks)
        mended = any(not hits.keys().isdisjoint(self._mended) for hits in (title, body))
        return thanks or (mended and not body.keys().isdisjoint(self._thanks | self._praise))

    def _harmless(self, quote: Range, place: int, hits: Hits, sentences: Sentences) -> bool:
        """Whether a word that may mean danger means an everyday nuisance here."""
        if any(quote in hits.get(word, ()) for word in self._unreachable):
            return any(
                sentences.number(start) == place
                for debtor in self._debtors
                for start, _ in hits.get(debtor, ())
            )
        stuck = any(quote in hits.get(word, ()) for word in self._stuck)
        return stuck and not any(danger in hits for danger in self._dangers)
