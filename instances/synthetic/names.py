"""Names as they sound in the mountains of the south-west; put together from syllables, no real place is meant."""

from __future__ import annotations

from .terrain import Dice


def _words(text: str) -> list[str]:
    return text.split()


FIRST = _words(
    "大da 小xiao 上shang 下xia 新xin 老lao 龙long 马ma 石shi 白bai 黑hei 青qing 红hong 金jin 银yin 岩yan "
    "双shuang 高gao 平ping 水shui 花hua 木mu 竹zhu 松song 杉shan 柏bai 梨li 桃tao 茶cha 牛niu 羊yang 凤feng "
    "云yun 雾wu 长chang 尖jian 响xiang 冷leng 毛mao 草cao 中zhong 核he 沙sha 清qing 岔cha 仙xian 鹰ying 麻ma"
)
LAST = _words(
    "坪ping 脚jiao 塘tang 寨zhai 坝ba 箐qing 冲chong 沟gou 湾wan 坡po 岭ling 山shan 河he 田tian 土tu 井jing "
    "洞dong 桥qiao 场chang 营ying 关guan 屯tun 堡bao 岗gang 垭ya 林lin 园yuan 潭tan 溪xi 厂chang 树shu 窝wo "
    "落luo 口kou 岩yan 地di 槽cao 梁liang"
)
QUARTERS = _words(
    "东门Dongmen 西门Ximen 南门Nanmen 北门Beimen 城关Chengguan 河滨Hebin 桥头Qiaotou 文庙Wenmiao 新城Xincheng "
    "翠屏Cuiping 龙泉Longquan 凤山Fengshan 平安Ping'an 建设Jianshe 人民Renmin 和平Heping 团结Tuanjie "
    "迎春Yingchun 云岭Yunling 学府Xuefu 花园Huayuan 长征Changzheng 站前Zhanqian 工农Gongnong"
)


def pool(dice: Dice) -> list[tuple[str, str]]:
    """Every two-syllable name with its pinyin, shuffled."""
    names = []
    for first in FIRST:
        for last in LAST:
            if first[0] != last[0]:
                names.append((first[0] + last[0], _join(first[1:], last[1:])))
    for place in range(len(names) - 1, 0, -1):
        other = dice.below(place + 1)
        names[place], names[other] = names[other], names[place]
    return names


def quarter(number: int) -> tuple[str, str]:
    """Name of an urban neighbourhood."""
    word = QUARTERS[number % len(QUARTERS)]
    chinese, pinyin = word[:2], word[2:]
    again = number // len(QUARTERS)
    if again:
        return f"{chinese}第{again + 1}社区", f"{pinyin} {again + 1} Neighbourhood"
    return f"{chinese}社区", f"{pinyin} Neighbourhood"


def _join(first: str, last: str) -> str:
    middle = "'" if last[0] in "aeo" else ""
    return (first + middle + last).capitalize()
