"""
Generated technologies for benches: as many as wanted, the same every time, of real size and spread.
"""

import random
from collections.abc import Iterator
from typing import Any

from hutong.technologies.numbers import check_digit

_WHAT = [
    "装置",
    "系统",
    "方法",
    "设备",
    "材料",
    "传感器",
    "控制器",
    "催化剂",
    "合金",
    "涂层",
    "芯片",
    "算法",
    "平台",
    "工艺",
    "模型",
    "电池",
    "轴承",
    "阀门",
]
_OF = [
    "水电站",
    "高压输电",
    "机器人",
    "新能源汽车",
    "海洋平台",
    "污水处理",
    "图像识别",
    "语音合成",
    "精密加工",
    "生物医药",
    "智能电网",
    "航空发动机",
    "农业灌溉",
    "桥梁监测",
    "光伏组件",
    "轨道交通",
]
_HOW = [
    "基于深度学习的",
    "可回收的",
    "低功耗的",
    "自适应的",
    "模块化的",
    "高精度的",
    "耐高温的",
    "抗干扰的",
    "远程的",
    "分布式的",
]
_SAY = (
    "本发明公开了一种{t}，涉及{o}技术领域。所述方案包括采集单元、处理单元和执行单元，"
    "采集单元获取{o}运行过程中的多源数据，处理单元对数据进行预处理与特征提取，"
    "并依据预设规则生成控制指令，执行单元根据控制指令完成相应动作。"
    "与现有技术相比，具有结构简单、成本低、可靠性高的优点，适用于{o}的多种工况。"
)
_IPC = [f"{s}{c:02d}{k}" for s in "ABCDEFGH" for c in (1, 6, 9, 21) for k in "BCFGHK"]
_STATUSES = ("in_force", "in_force", "in_force", "unknown", "lapsed")
_INDUSTRIES = ("C3913", "C26", "D4420", "I65", "C35", "M7320", "C38")


def technologies(count: int, *, seed: int = 20220620) -> Iterator[dict[str, Any]]:
    """`count` patents and some know-how, as fields the template takes; numbers are all different."""
    dice = random.Random(seed)
    for serial in range(count):
        topic = dice.choice(_OF)
        title = f"一种{dice.choice(_HOW)}{topic}{dice.choice(_WHAT)}{serial}"
        said: dict[str, Any] = {
            "kind": "patent",
            "title_zh": title,
            "abstract_zh": _SAY.format(t=title, o=topic),
            "ipc": "; ".join(
                f"{dice.choice(_IPC)}{dice.randint(1, 40)}/{dice.randint(0, 99):02d}"
                for _ in range(dice.randint(1, 4))
            ),
            "industry": dice.choice(_INDUSTRIES),
            "fields": topic,
            "trl": dice.randint(1, 9),
            "inventors": "甲; 乙",
        }
        if serial % 20:
            year, body = 2005 + serial % 17, f"{serial // 17:07d}"
            digits = f"{year}1{body}"
            said["application_number"] = f"{digits}.{check_digit(digits)}"
            said["legal_status"] = dice.choice(_STATUSES)
            said["expires_on"] = f"{year + 20}-{dice.randint(1, 12):02d}-15"
        else:
            said["kind"] = "know_how"
        yield said
